"""Reads a generated data folder as a stranger would: files only, nothing of the simulator."""

import csv
import gzip
import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]


def read_csv(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def read_truth(folder: Path) -> dict[tuple[str, str, str, str, str, str], dict[str, str]]:
    keys = ("app_id", "kpi_code", "grain", "period_start", "dimension", "dimension_value")
    return {tuple(row[key] for key in keys): row for row in read_csv(folder / "truth" / "kpi.csv")}  # type: ignore[misc]


@dataclass
class Event:
    app_id: str
    event_id: str
    name: str
    user: str | None
    anonymous: str | None
    device: str | None
    at: datetime
    day: date
    platform: str | None
    properties: Row


def _moment(value: Any) -> datetime:
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC)
    return datetime.fromisoformat(value)


class Reader:
    """Deduplicated, resolved, plausible events without excluded users; orders and rates beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.apps = {row["app_id"]: row for row in self.table("apps")}
        self.zones = {app_id: ZoneInfo(row["timezone"]) for app_id, row in self.apps.items()}
        self.catalog = {row["event_name"]: row for row in self.table("event_catalog")}
        self.rates = {row["rate_date"]: Decimal(row["rate_to_reporting"]) for row in self.table("fx_rates")}
        self.as_of = datetime.fromisoformat(
            json.loads((folder / "company/demo.json").read_text("utf-8"))["as_of"]
        )
        self.bad_lines: defaultdict[str, int] = defaultdict(int)
        self.repeated = 0
        self.left_out = 0
        self.events = self._counting(self._events())

    def table(self, name: str) -> list[dict[str, str]]:
        return read_csv(self.folder / "inbox/ops_workbook" / f"{name}.csv")

    def database(self, query: str) -> list[Row]:
        connection = sqlite3.connect(self.folder / "company/app.db")
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(query)]
        connection.close()
        return rows

    def local_day(self, app_id: str, moment: datetime) -> date:
        return moment.astimezone(self.zones[app_id]).date()

    def last_complete(self, app_id: str) -> date:
        return self.local_day(app_id, self.as_of) - timedelta(days=1)

    def is_active(self, event: Event) -> bool:
        return event.name not in self.catalog or self.catalog[event.name]["is_active_event"] == "true"

    def measure(self, event: Event) -> str:
        return self.catalog[event.name]["measure"] if event.name in self.catalog else ""

    def _events(self) -> list[Event]:
        found: dict[tuple[str, str], tuple[str, Event]] = {}
        for path in sorted((self.folder / "inbox/app_events").glob("*.ndjson.gz")):
            for line in gzip.decompress(path.read_bytes()).decode().splitlines():
                event = self._parse(line)
                if event is None:
                    continue
                key = (event.app_id, event.event_id)
                if key in found:
                    assert found[key][0] == line, "a repeated event has the same content"
                    self.repeated += 1
                else:
                    found[key] = (line, event)
        return [event for _, event in found.values()]

    def _parse(self, line: str) -> Event | None:
        if not line.strip():
            self.bad_lines["blank"] += 1
            return None
        try:
            row = json.loads(line)
        except ValueError:
            self.bad_lines["broken_json"] += 1
            return None
        user, anonymous = (str(row.get(name) or "") for name in ("user_id", "anonymous_id"))
        user, anonymous = ("" if text == "null" else text for text in (user, anonymous))
        if not row.get("event_name") or not (user or anonymous):
            self.bad_lines["no_user" if row.get("event_name") else "no_event_name"] += 1
            return None
        try:
            at = _moment(row["occurred_at"])
        except ValueError:
            self.bad_lines["bad_timestamp"] += 1
            return None
        app_id = row["app_id"]
        received = _moment(row["received_at"]) if "received_at" in row else at
        if at > self.as_of or received - at > timedelta(days=400) or at - received > timedelta(days=1):
            self.left_out += 1
            return None
        return Event(
            app_id, row["event_id"], row["event_name"], user or None, anonymous or None, row.get("device_id"), at,
            self.local_day(app_id, at), row.get("platform"), row.get("properties", {}),
        )  # fmt: skip

    def _counting(self, events: list[Event]) -> list[Event]:
        """Anonymous events get the first user ever seen with their id; excluded users go."""
        events = sorted(events, key=lambda event: (event.at, event.event_id))
        owners: dict[tuple[str, str], str] = {}
        for event in events:
            if event.user and event.anonymous:
                owners.setdefault((event.app_id, event.anonymous), event.user)
        for event in events:
            if event.user is None and event.anonymous is not None:
                event.user = owners.get((event.app_id, event.anonymous), f"anon:{event.anonymous}")
        excluded = self.excluded(events)
        return [
            event for event in events
            if event.day < excluded.get((event.app_id, event.user or ""), date.max)
        ]  # fmt: skip

    def excluded(self, events: list[Event]) -> dict[tuple[str, str], date]:
        from_days: dict[tuple[str, str], date] = {}
        for row in self.table("excluded_users"):
            day = date.fromisoformat(row["from_date"]) if row["from_date"] else date.min
            users = {row["user_id"]} if row["user_id"] else {
                event.user for event in events if (event.app_id, event.device) == (row["app_id"], row["device_id"])
            }  # fmt: skip
            for user in users:
                from_days[row["app_id"], user or ""] = day
        return from_days

    def in_cny(self, amount: str, currency: str, day: date) -> Decimal:
        rate = Decimal(1) if currency == "CNY" else self.rates[day.isoformat()]
        return (Decimal(amount) * rate).quantize(Decimal("0.000001"), ROUND_HALF_UP)
