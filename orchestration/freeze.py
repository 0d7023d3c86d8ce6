"""Freezes what a run reads: as-of, batches and files go to schema `meta` of the warehouse before dbt starts."""

import os
import uuid
from datetime import UTC
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.contracts import CONTRACTS
from ingestion.landing import write_schema_file
from ingestion.manifest import BatchEntry, Manifest
from ingestion.settings import Settings

_RUN = "run_id varchar, as_of timestamp, reporting_currency varchar, reporting_timezone varchar, week_start varchar, code_version varchar"
_RAW_FILES = "source varchar, entity varchar, batch_id varchar, path varchar, rows bigint"
_BATCHES = (
    "batch_id varchar, source varchar, entity varchar, file_name varchar, state varchar, observed_at timestamp, "
    "landed_at timestamp, rows_read bigint, rows_landed bigint, rows_duplicate bigint, rows_quarantined bigint, "
    "rows_blank bigint, sha256 varchar"
)
_QUARANTINE = (
    "source varchar, entity varchar, reason_code varchar, file_name varchar, rows bigint, first_line_number bigint"
)


def freeze(settings: Settings, run_id: str, code_version: str) -> None:
    """Write meta.run, meta.raw_files, meta.batches and meta.quarantine; the connection is closed after."""
    for contract in CONTRACTS:
        write_schema_file(settings.data_dir, contract)
    entries = Manifest(settings.data_dir).entries()
    connection = duckdb.connect(str(settings.data_dir / "warehouse.duckdb"))
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("begin")
        connection.execute("create schema if not exists meta")
        as_of = settings.as_of.astimezone(UTC).replace(tzinfo=None)
        run = (run_id, as_of, settings.reporting_currency, settings.reporting_timezone, settings.week_start, code_version)
        _replace(connection, "run", _RUN, [run])
        _replace(connection, "raw_files", _RAW_FILES, _raw_files(settings.data_dir, entries))
        _replace(connection, "batches", _BATCHES, [_batch(entry) for entry in entries])
        _replace(connection, "quarantine", _QUARANTINE, _quarantine(settings.data_dir, entries))
        connection.execute("commit")
    finally:
        connection.close()


def _replace(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[tuple]) -> None:
    connection.execute(f"create or replace table meta.{table} ({columns})")
    if rows:
        names = [part.split()[0] for part in columns.split(", ")]
        arrow = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
        connection.register("frozen_rows", arrow)
        connection.execute(f"insert into meta.{table} select {', '.join(names)} from frozen_rows")
        connection.unregister("frozen_rows")


def _raw_files(data_dir: Path, entries: list[BatchEntry]) -> list[tuple]:
    files: dict[str, tuple] = {}
    for entry in entries:
        if entry.state != "accepted":
            continue
        for file in entry.files:
            if file.raw_path:
                rows = file.rows_landed + (files[file.raw_path][4] if file.raw_path in files else 0)
                path = str(data_dir / file.raw_path)
                files[file.raw_path] = (entry.source, file.entity, entry.batch_id, path, rows)
    return list(files.values())


def _batch(entry: BatchEntry) -> tuple:
    from datetime import datetime

    def only(values: set[str], many: str) -> str:
        return values.pop() if len(values) == 1 else f"{len(values)} {many}"

    moments = (datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) for text in (entry.observed_at, entry.landed_at))
    sums = (
        sum(getattr(file, name) for file in entry.files)
        for name in ("rows_read", "rows_landed", "rows_duplicate", "rows_quarantined", "rows_blank")
    )
    hashes = {file.sha256 for file in entry.files if file.sha256}
    return (
        entry.batch_id, entry.source, only({file.entity for file in entry.files}, "entities"),
        only({file.file_name for file in entry.files}, "files"), entry.state, *moments, *sums,
        hashes.pop() if len(hashes) == 1 else None,
    )  # fmt: skip


def _quarantine(data_dir: Path, entries: list[BatchEntry]) -> list[tuple]:
    rows: list[tuple] = []
    paths = {
        (entry.source, file.entity, str(data_dir / file.quarantine_path))
        for entry in entries
        if entry.state != "withdrawn"
        for file in entry.files
        if file.quarantine_path
    }
    for source, entity, path in sorted(paths):
        counts = duckdb.execute(
            "select reason_code, file_name, count(*), min(line_number) from read_parquet(?) group by all", [path]
        ).fetchall()
        rows.extend((source, entity, *count) for count in counts)
    return rows


if __name__ == "__main__":
    os.makedirs(os.environ["OPS_DATA_DIR"], exist_ok=True)
    freeze(Settings.from_environment(), f"manual-{uuid.uuid4().hex[:8]}", "working-tree")
