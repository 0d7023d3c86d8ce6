"""Events of the Mixpanel raw export as canonical events."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import MIXPANEL_EVENT


def changed(**properties: Any) -> dict[str, Any]:
    """The event with other properties; `...` leaves one out."""
    merged = {**MIXPANEL_EVENT["properties"], **properties}
    return MIXPANEL_EVENT | {"properties": {key: value for key, value in merged.items() if value is not ...}}


def test_an_event_keeps_everything(tmp_path: Path) -> None:
    (row,) = VendorFolder(tmp_path, "mixpanel").land(MIXPANEL_EVENT)
    assert (row["app_id"], row["event_name"]) == ("default", "Sign Up")
    assert (row["user_id"], row["anonymous_id"], row["device_id"]) == ("u1", "d-1", "d-1")
    assert row["occurred_at"] == datetime(2026, 3, 30, 4, tzinfo=UTC)
    assert row["received_at"] == datetime(2026, 3, 30, 4, 0, 5, 250_000, UTC)
    assert (row["country"], row["region"], row["city"]) == ("CN", "Zhejiang", "Hangzhou")
    page = {"page": "https://shop.example/join"}
    assert json.loads(row["properties"]) == MIXPANEL_EVENT["properties"] | page
    assert row["_extra"] is None


def test_a_distinct_id_is_a_device_or_a_person(tmp_path: Path) -> None:
    alone = {"$user_id": ..., "$device_id": ...}
    rows = VendorFolder(tmp_path, "mixpanel").land(
        changed(**alone, distinct_id="$device:d-9", **{"$insert_id": "1"}),
        changed(**alone, distinct_id="u9", **{"$insert_id": "2"}),
        changed(**{"$user_id": ..., "$insert_id": "3"}, distinct_id="d-1"),
    )
    assert [(row["user_id"], row["anonymous_id"]) for row in rows] == [
        (None, "d-9"),
        ("u9", None),
        (None, "d-1"),
    ]


def test_the_identity_is_that_of_the_vendor(tmp_path: Path) -> None:
    rows = VendorFolder(tmp_path, "mixpanel").land(
        MIXPANEL_EVENT,
        changed(mp_processing_time_ms=1774843299999),
        changed(time=1774843201),
        changed(**{"$insert_id": ...}),
    )
    ids = [row["event_id"] for row in rows]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
