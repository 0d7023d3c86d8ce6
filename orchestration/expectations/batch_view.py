"""A batch and its history as DuckDB relations, so that suites get small frames and memory stays bounded."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.contract import Contract
from ingestion.contracts import CONTRACTS
from ingestion.manifest import BatchEntry

if TYPE_CHECKING:
    import pandas as pd

_CONTRACTS = {(contract.source, contract.entity): contract for contract in CONTRACTS}


@dataclass(frozen=True)
class BatchView:
    """`entry` is judged; `history` are the accepted batches of the same source, oldest first. Times are UTC."""

    data_dir: Path
    entry: BatchEntry
    history: tuple[BatchEntry, ...]
    as_of: datetime
    reporting_timezone: str
    connection: duckdb.DuckDBPyConnection

    @property
    def entities(self) -> list[str]:
        """Entities that the batch has files of, pulls left out."""
        return sorted({file.entity for file in self.entry.files} - {"pulls"})

    def contract(self, entity: str) -> Contract:
        return _CONTRACTS[(self.entry.source, entity)]

    def has(self, entity: str) -> bool:
        return bool(self._paths((self.entry,), entity))

    def new(self, entity: str) -> str:
        """A table expression over what the batch landed; no rows when it landed none."""
        return self._read(self._paths((self.entry,), entity), entity)

    def before(self, entity: str, days: int | None = None) -> str:
        """A table expression over everything accepted before; with `days`, at least what happened from so many days
        before a UTC date of the batch to the day after it: files without such a date need not be opened.
        """
        return self._read(self._paths(self.history, entity, self._near(days)), entity)

    def frame(self, query: str) -> "pd.DataFrame":
        return self.connection.sql(query).df()

    def _near(self, days: int | None) -> set[str] | None:
        if days is None or not self.entry.dates:
            return None
        touched = {date.fromisoformat(day) for dates in self.entry.dates.values() for day in dates}
        near = {day.toordinal() + shift for day in touched for shift in range(-days, 2)}
        return {date.fromordinal(day).isoformat() for day in near if 1 <= day <= date.max.toordinal()}

    def _paths(
        self, entries: tuple[BatchEntry, ...], entity: str, near: set[str] | None = None
    ) -> list[Path]:
        paths = {
            self.data_dir / file.raw_path
            for entry in entries
            for file in entry.files
            if file.entity == entity
            and file.raw_path
            and (near is None or not near.isdisjoint(entry.dates.get(file.raw_path, near)))
        }
        return sorted(paths)

    def _read(self, paths: list[Path], entity: str) -> str:
        schema = self.data_dir / "raw" / self.entry.source / entity / "_schema.parquet"
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in (schema, *paths))
        return f"read_parquet([{listed}], union_by_name = true)"
