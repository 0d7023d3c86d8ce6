"""A batch and its history as DuckDB relations, so that suites get small frames and memory stays bounded."""

from dataclasses import dataclass
from datetime import datetime
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

    def before(self, entity: str) -> str:
        """A table expression over everything accepted before."""
        return self._read(self._paths(self.history, entity), entity)

    def frame(self, query: str) -> "pd.DataFrame":
        return self.connection.sql(query).df()

    def _paths(self, entries: tuple[BatchEntry, ...], entity: str) -> list[Path]:
        paths = {
            self.data_dir / file.raw_path
            for entry in entries
            for file in entry.files
            if file.entity == entity and file.raw_path
        }
        return sorted(paths)

    def _read(self, paths: list[Path], entity: str) -> str:
        schema = self.data_dir / "raw" / self.entry.source / entity / "_schema.parquet"
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in (schema, *paths))
        return f"read_parquet([{listed}], union_by_name = true)"
