"""One table of an app database, from the database into a batch: whole or what changed, and what is gone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.casting import cleaned, literal, moment, quote
from ingestion.database_config import AppDatabase
from ingestion.landing import Landing
from ingestion.settings import Settings
from ingestion.sources.app_database.key_sweep import KeySweep, deleted_name
from ingestion.sources.app_database.local_times import with_offset
from ingestion.sources.app_database.past_readings import PastReading, PastReadings
from ingestion.sources.app_database.table_read import REASONS, OpenDatabase, TableRead


@dataclass
class TableLanding:
    """`scratch` is a folder for text on its way: a table lands whole or not at all, and memory stays flat."""

    settings: Settings
    landing: Landing
    config: AppDatabase
    database: OpenDatabase
    past: PastReadings
    scratch: Path

    def land(self, read: TableRead) -> dict[str, str | None]:
        """Land it; what `pulls` says of the reading. Raises SourceError before anything was landed."""
        before = self._before(read)
        since = before.since(self.config.overlap_minutes) if before else None
        sweep: KeySweep | None = None
        if before and since and self.past.is_sweep_due(before, self.settings.as_of):
            keys = read.only((*read.contract.key, "updated_at"))
            self._write(keys, None, "keys")
            sweep = self._sweep(read, "keys")
            if sweep.missed_before(since.isoformat()):
                since = None
        rows = self._write(read, since, "rows")
        if since is None:
            sweep = self._sweep(read, "rows")
        through = self._changed_through(read, "rows") or (before and before.changed_through)
        file_name = self._file_name(read)
        self.landing.add(read.contract, f"from {self._text(read, 'rows')}", file_name=file_name)
        if sweep and (deleted := sweep.deleted()):
            self.landing.add(read.contract, deleted, file_name=deleted_name(file_name))
        return {
            "status": "complete",
            "rows": str(rows),
            "reading": "changes" if since else "whole",
            "is_swept": str(sweep is not None).lower(),
            "table_rows": str(sweep.rows) if sweep else None,
            "changed_through": through.isoformat() if through else None,
            "layout": read.layout,
        }

    def _before(self, read: TableRead) -> PastReading | None:
        updated_at = read.column("updated_at")
        mapped = self.config.tables.get(read.contract.entity)
        if mapped and mapped.reading == "whole":
            return None
        if updated_at is None or not self.database.can_compare(updated_at):
            return None
        return self.past.to_go_on_from(self.config.name, read.contract.entity, read.layout)

    def _file_name(self, read: TableRead) -> str:
        return f"{self.config.name}.{read.contract.entity}"

    def _path(self, part: str) -> Path:
        return self.scratch / f"{part}.parquet"

    def _text(self, read: TableRead, part: str) -> str:
        """A relation over the written text, where every time has its offset."""
        relation, zone = f"read_parquet({literal(str(self._path(part)))})", self.config.timezone
        times = [
            quote(column.field.name) for column in read.columns if pa.types.is_timestamp(column.field.type)
        ]
        if zone == "UTC" or not times:
            return relation
        replaced = ", ".join(f"{with_offset(name, zone)} as {name}" for name in times)
        return f"(select * replace ({replaced}) from {relation})"

    def _write(self, read: TableRead, since: datetime | None, part: str) -> int:
        """Text of the rows, as a file; how many they are."""
        names = [column.field.name for column in read.columns]
        constant = [] if read.app_id is None else ["app_id"]
        schema = pa.schema(
            [
                *(pa.field(name, pa.string()) for name in (*names, *constant, *REASONS)),
                pa.field("_source_row", pa.int64()),
            ]
        )
        number = 0
        with pq.ParquetWriter(self._path(part), schema, compression="zstd") as writer:
            for batch in self.database.rows(read, since):
                size = len(batch)
                app_ids = {"app_id": pa.repeat(pa.scalar(read.app_id, pa.string()), size)} if constant else {}
                places = pa.array(range(number + 1, number + 1 + size), pa.int64())
                columns = (
                    {name: batch[name] for name in (*names, *REASONS)} | app_ids | {"_source_row": places}
                )
                writer.write_table(pa.table({field.name: columns[field.name] for field in schema}, schema))
                number += size
        return number

    def _sweep(self, read: TableRead, part: str) -> KeySweep:
        return KeySweep(
            self.landing.connection,
            read.contract,
            self._text(read, part),
            self.settings.data_dir,
            self._file_name(read),
        )

    def _changed_through(self, read: TableRead, part: str) -> datetime | None:
        """The newest updated_at; one after this moment is a clock that runs fast, or a slip of the pen."""
        if read.column("updated_at") is None:
            return None
        (found,) = self.landing.connection.execute(
            f"""select epoch_us(max(changed_at)) from (
                select {moment("text")} as changed_at
                from (select {cleaned("updated_at")} as text from {self._text(read, part)})
            ) where changed_at <= timestamptz {literal(self.settings.as_of.isoformat())}"""
        ).fetchall()
        return (
            None if found[0] is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found[0])
        )
