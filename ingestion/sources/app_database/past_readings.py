"""What earlier readings of a database's tables left for the next one: from where it can go on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.app_database.contracts import PULLS, SOURCE

_COLUMNS = (
    "account_id",
    "entity",
    "observed_at",
    "status",
    "reading",
    "is_swept",
    "changed_through",
    "layout",
)


@dataclass(frozen=True)
class PastReading:
    """The newest accepted whole reading of a table, and what readings of changes added to it. Moments are UTC."""

    observed_at: datetime
    layout: str | None
    changed_through: datetime | None
    swept_at: datetime | None
    whole_landed_at: str

    def since(self, overlap_minutes: int) -> datetime | None:
        """What changed then or later may be new."""
        return self.changed_through and self.changed_through - timedelta(minutes=overlap_minutes)


class PastReadings:
    """Of every (database, table) of one data folder."""

    def __init__(self, settings: Settings) -> None:
        self._zone = ZoneInfo(settings.reporting_timezone)
        self._found: dict[tuple[str, str], PastReading] = {}
        self._asked: set[tuple[str, str, datetime]] = set()
        self._withdrawn_at: dict[str, str] = {}
        self._rows: dict[Path, dict[str, list[dict]]] = {}
        for entry in Manifest(settings.data_dir).entries(SOURCE):
            if entry.state == "withdrawn":
                for file in entry.files:
                    last = self._withdrawn_at.get(file.entity, "")
                    self._withdrawn_at[file.entity] = max(last, entry.state_at)
            if entry.state not in ("landed", "accepted"):
                continue
            paths = {file.raw_path for file in entry.files if file.entity == PULLS.entity and file.raw_path}
            for path in sorted(paths):
                for row in self._rows_of(settings.data_dir / path, entry.batch_id):
                    self._add(row, entry.landed_at, is_accepted=entry.state == "accepted")

    def _rows_of(self, path: Path, batch_id: str) -> list[dict]:
        """Rows of one batch: several may have been joined into the file, which is read once."""
        if path not in self._rows:
            known = set(pq.read_schema(path).names)
            columns = [column for column in _COLUMNS if column in known]
            batches = self._rows[path] = {}
            for row in pq.read_table(path, columns=["_batch_id", *columns]).to_pylist():
                batches.setdefault(row.pop("_batch_id"), []).append(row)
        return self._rows[path].get(batch_id, [])

    def _add(self, row: dict, landed_at: str, *, is_accepted: bool) -> None:
        if row["status"] != "complete":
            return
        key = (row["account_id"], row["entity"])
        self._asked.add((*key, row["observed_at"]))
        # A reading by an earlier version said nothing of itself: there is nothing to go on from.
        if not is_accepted or row.get("reading") is None:
            return
        before = self._found.get(key)
        if before and row["observed_at"] < before.observed_at:
            return
        is_whole = row["reading"] == "whole"
        self._found[key] = PastReading(
            row["observed_at"],
            row["layout"],
            row["changed_through"],
            row["observed_at"] if row["is_swept"] else (before.swept_at if before else None),
            landed_at if is_whole or before is None else before.whole_landed_at,
        )

    def was_asked(self, database: str, entity: str, moment: datetime) -> bool:
        """Whether the table was read at exactly this moment."""
        return (database, entity, moment) in self._asked

    def to_go_on_from(self, database: str, entity: str, layout: str) -> PastReading | None:
        """None when everything must be read: nothing was, it was read in another way, or rows of it were withdrawn.

        Rows that a withdrawn batch had brought were dropped as known by readings after it.
        """
        past = self._found.get((database, entity))
        if past is None or past.layout != layout:
            return None
        return None if self._withdrawn_at.get(entity, "") > past.whole_landed_at else past

    def is_sweep_due(self, past: PastReading, moment: datetime) -> bool:
        """Once per day of the reporting time zone."""
        return past.swept_at is None or self._day(past.swept_at) != self._day(moment)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()
