"""Builds canonical events for tests."""

import json
from typing import Any

EVENT: dict[str, Any] = {
    "event_id": "e1",
    "app_id": "shop",
    "event_name": "page_view",
    "user_id": "u1",
    "occurred_at": "2026-03-30T12:00:00+08:00",
}


def event(event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    """An event; a change to `...` leaves the key out."""
    merged = {**EVENT, "event_id": event_id, **changes}
    return {key: value for key, value in merged.items() if value is not ...}


def line(event_id: str = "e1", **changes: Any) -> str:
    return json.dumps(event(event_id, **changes), ensure_ascii=False)


def lines(*items: str) -> str:
    return "".join(f"{item}\n" for item in items)
