"""The events that count: once each, plausible, under the right user, with their meaning and channel."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.oracle.channels import touch_channel
from tests.oracle.company import App, Company, Row, parse_moment

MEASURES = {
    "visit", "page_view", "sign_up", "activation", "impression", "content_view", "content_complete", "like",
    "comment", "share", "favorite", "follow", "publish", "report_content", "item_view", "add_to_cart",
    "purchase", "refund", "invite_sent", "activity_join", "feature_use", "recall_sent",
}  # fmt: skip
SERVER_SENT = {"recall_sent", "refund"}


@dataclass(frozen=True)
class Event:
    """One event under its resolved user; `event_date` is local to the app."""

    app_id: str
    event_id: str
    name: str
    user_id: str
    device_id: str | None
    occurred_at: datetime
    event_date: date
    is_active: bool
    is_key: bool
    measure: str | None
    platform: str | None
    app_version: str | None
    country: str | None
    region: str | None
    channel: str
    campaign: str | None
    duration_seconds: Decimal | None
    properties: dict[str, Any]


def events_of(company: Company, apps: dict[str, App]) -> list[Event]:
    """All of them, those of excluded users too."""
    rows = [
        row for row in _without_copies(company.events) if _counts(row, apps[row["app_id"]], company.as_of)
    ]
    owners = _owners(rows)
    catalog = {row["event_name"]: row for row in company.event_catalog}
    return [_event(row, apps[row["app_id"]], owners, catalog) for row in rows]


def _without_copies(rows: list[Row]) -> list[Row]:
    """Of the rows with one (app_id, event_id) the first received; equal rows are one row."""
    kept: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=_received_at):
        kept.setdefault((row["app_id"], row["event_id"]), row)
    return list(kept.values())


def _received_at(row: Row) -> datetime:
    return parse_moment(row.get("received_at") or row["occurred_at"])


def _counts(row: Row, app: App, as_of: datetime) -> bool:
    """After the as-of moment, by a broken clock, or before the launch: in no mart."""
    occurred_at = parse_moment(row["occurred_at"])
    late_by = _received_at(row) - occurred_at
    if occurred_at > as_of or late_by > timedelta(days=400) or late_by < timedelta(days=-1):
        return False
    return app.launch_date is None or app.local_date(occurred_at) >= app.launch_date


def _owners(rows: list[Row]) -> dict[tuple[str, str], str]:
    """Per app and anonymous_id the first user ever seen with it."""
    owners: dict[tuple[str, str], str] = {}
    for row in sorted(rows, key=lambda row: (parse_moment(row["occurred_at"]), row["event_id"])):
        if row.get("user_id") and row.get("anonymous_id"):
            owners.setdefault((row["app_id"], row["anonymous_id"]), row["user_id"])
    return owners


def _event(row: Row, app: App, owners: dict[tuple[str, str], str], catalog: dict[str, Row]) -> Event:
    user_id = row.get("user_id")
    if not user_id:
        anonymous_id = row["anonymous_id"]
        user_id = owners.get((app.app_id, anonymous_id), f"anon:{anonymous_id}")
    name, properties = row["event_name"], row.get("properties") or {}
    entry = catalog.get(name)
    measure = entry.get("measure") if entry else (name if name in MEASURES else None)
    says_active = entry.get("is_active_event") if entry else None
    occurred_at = parse_moment(row["occurred_at"])
    channel, campaign = touch_channel(app.app_id, properties)
    duration = properties.get("duration_seconds")
    return Event(
        app_id=app.app_id,
        event_id=row["event_id"],
        name=name,
        user_id=user_id,
        device_id=row.get("device_id"),
        occurred_at=occurred_at,
        event_date=app.local_date(occurred_at),
        is_active=measure not in SERVER_SENT and says_active != "false",
        is_key=entry is not None and entry.get("is_key_event") == "true",
        measure=measure,
        platform=row.get("platform"),
        app_version=row.get("app_version"),
        country=row.get("country"),
        region=row.get("region"),
        channel=channel,
        campaign=campaign,
        duration_seconds=None if duration is None else Decimal(str(duration)),
        properties=properties,
    )
