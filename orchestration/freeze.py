"""Freezes what a run reads: as-of, batches and files go to schema `meta` of the warehouse before dbt starts.

`python -m orchestration.freeze` does it by hand, for whoever runs dbt alone.
"""

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.casting import literal
from ingestion.contracts import CONTRACTS
from ingestion.manifest import BatchEntry, Manifest
from ingestion.schema_file import write_schema_file
from ingestion.scratch import scratch_connection
from ingestion.settings import Settings
from orchestration.erasure.pending import refuse_while_pending
from orchestration.run_set import RunSet, config_hash, drop_stored, run_set

WAREHOUSE = "warehouse.duckdb"
#: What the engine spills while it builds; a killed build leaves it: gigabytes, and rows of people.
SPILLED = f"{WAREHOUSE}.tmp"
_TEXT: pa.DataType = pa.string()
_COUNT: pa.DataType = pa.int64()
_TIME: pa.DataType = pa.timestamp("us")
_RUN = pa.schema(
    {
        "run_id": _TEXT,
        "as_of": _TIME,
        "reporting_currency": _TEXT,
        "reporting_timezone": _TEXT,
        "week_start": _TEXT,
        "code_version": _TEXT,
    }
)
_RAW_FILES = pa.schema({"source": _TEXT, "entity": _TEXT, "batch_id": _TEXT, "path": _TEXT, "rows": _COUNT})
_ROW_COUNTS = ("rows_read", "rows_landed", "rows_duplicate", "rows_quarantined", "rows_blank")
_BATCHES = pa.schema(
    {
        "batch_id": _TEXT,
        "source": _TEXT,
        "entity": _TEXT,
        "file_name": _TEXT,
        "state": _TEXT,
        "observed_at": _TIME,
        "landed_at": _TIME,
        **{name: _COUNT for name in _ROW_COUNTS},
        "sha256": _TEXT,
    }
)
_BATCH_FILES = pa.schema(
    {
        "batch_id": _TEXT,
        "source": _TEXT,
        "entity": _TEXT,
        "file_name": _TEXT,
        "state": _TEXT,
        "observed_at": _TIME,
        "rows_read": _COUNT,
        "rows_landed": _COUNT,
        "rows_quarantined": _COUNT,
    }
)
_QUARANTINE = pa.schema(
    {
        "source": _TEXT,
        "entity": _TEXT,
        "reason_code": _TEXT,
        "file_name": _TEXT,
        "rows": _COUNT,
        "first_line_number": _COUNT,
    }
)
_QUARANTINE_ROWS = {
    "source": "varchar",
    "entity": "varchar",
    "batch_id": "varchar",
    "file_name": "varchar",
    "line_number": "bigint",
    "reason_code": "varchar",
    "reason": "varchar",
    "raw_text": "varchar",
}
#: What the run adds to the warehouse and takes out of it; `whole` says why all of it is built again, '' when it is not.
_RUN_BATCHES = pa.schema({"batch_id": _TEXT, "action": _TEXT, "whole": _TEXT})
#: One row: what was frozen, and whether a whole dbt build of it ended well. Publication and the next freeze read it.
_BUILD = pa.schema({"run_id": _TEXT, "fingerprint": _TEXT, "config_hash": _TEXT, "built_at": _TIME})


def freeze(settings: Settings, run_id: str, code_version: str) -> RunSet:
    """Write schema `meta`, quarantined rows as a view in it, with an open meta.build, then disconnect.

    Where the build must be whole, what incremental models stored is dropped in the same transaction.
    Raises SourceError while an erasure waits to be finished.
    """
    refuse_while_pending(settings.data_dir)
    for contract in CONTRACTS:
        write_schema_file(settings.data_dir, contract)
    entries = Manifest(settings.data_dir).entries()
    run = (run_id, _naive(settings.as_of), settings.reporting_currency, settings.reporting_timezone,
           settings.week_start, code_version)  # fmt: skip
    with duckdb.connect(str(settings.data_dir / WAREHOUSE)) as connection:
        # Nobody else has the warehouse open now.
        shutil.rmtree(settings.data_dir / SPILLED, ignore_errors=True)
        connection.execute("set TimeZone = 'UTC'")
        wanted = config_hash(settings, entries, code_version)
        batches = run_set(connection, settings, entries, wanted)
        connection.execute("begin")
        connection.execute("create schema if not exists meta")
        if batches.whole:
            drop_stored(connection)
        _replace(connection, "run", _RUN, [run])
        _replace(connection, "raw_files", _RAW_FILES, _raw_files(settings.data_dir, entries))
        _replace(connection, "batches", _BATCHES, map(_batch, entries))
        _replace(connection, "batch_files", _BATCH_FILES, _batch_files(entries))
        _replace(connection, "quarantine", _QUARANTINE, _quarantine(settings.data_dir, entries))
        _expose_quarantine(connection, settings.data_dir, entries)
        _replace(connection, "run_batches", _RUN_BATCHES, _run_batches(batches))
        build = (run_id, fingerprint(settings, entries, code_version), wanted, None)
        _replace(connection, "build", _BUILD, [build])
        connection.execute("commit")
    return batches


def fingerprint(settings: Settings, entries: Iterable[BatchEntry], code_version: str) -> str:
    """sha256 over everything that a build depends on: equal fingerprints give equal tables."""
    inputs = [
        settings.as_of.astimezone(UTC).isoformat(),
        settings.reporting_currency,
        settings.reporting_timezone,
        settings.week_start,
        code_version,
        sorted((entry.batch_id, entry.state) for entry in entries),
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def _replace(
    connection: duckdb.DuckDBPyConnection, table: str, schema: pa.Schema, rows: Iterable[tuple]
) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    frozen = pa.Table.from_arrays(arrays, schema=schema)
    connection.register("frozen_rows", frozen)
    connection.execute(f"create or replace table meta.{table} as select * from frozen_rows")
    connection.unregister("frozen_rows")


def _run_batches(batches: RunSet) -> list[tuple]:
    added = [(batch_id, "add", batches.whole) for batch_id in batches.add]
    return added + [(batch_id, "remove", batches.whole) for batch_id in batches.remove]


def _raw_files(data_dir: Path, entries: list[BatchEntry]) -> list[tuple]:
    """One row per Parquet file of accepted batches; several files of an inbox may share one, and several batches one
    that was joined: its row names the newest."""
    files: dict[str, tuple] = {}
    for entry in entries:
        for file in entry.files if entry.state == "accepted" else ():
            if file.raw_path:
                rows = file.rows_landed + (files[file.raw_path][4] if file.raw_path in files else 0)
                path = str(data_dir / file.raw_path)
                files[file.raw_path] = (entry.source, file.entity, entry.batch_id, path, rows)
    return list(files.values())


def _batch(entry: BatchEntry) -> tuple:
    """One row per batch; what its files do not share is counted instead of named."""
    entities, names = {file.entity for file in entry.files}, {file.file_name for file in entry.files}
    hashes = {file.sha256 for file in entry.files if file.sha256}
    return (
        entry.batch_id,
        entry.source,
        next(iter(entities)) if len(entities) == 1 else f"{len(entities)} entities",
        next(iter(names)) if len(names) == 1 else f"{len(names)} files",
        entry.state,
        _naive(datetime.fromisoformat(entry.observed_at)),
        _naive(datetime.fromisoformat(entry.landed_at)),
        *(sum(getattr(file, name) for file in entry.files) for name in _ROW_COUNTS),
        next(iter(hashes)) if len(hashes) == 1 else None,
    )


def _batch_files(entries: list[BatchEntry]) -> list[tuple]:
    """One row per file of a batch, also of one that brought no row: an emptied workbook table is a snapshot.

    A large file, or one with odd lines, has several entries in its batch.
    """
    rows: dict[tuple[str, str, str], tuple[BatchEntry, list[int]]] = {}
    for entry in entries:
        for file in entry.files:
            counts = (file.rows_read, file.rows_landed, file.rows_quarantined)
            _, before = rows.get((entry.batch_id, file.entity, file.file_name), (entry, [0, 0, 0]))
            summed = [a + b for a, b in zip(before, counts, strict=True)]
            rows[entry.batch_id, file.entity, file.file_name] = (entry, summed)
    return [
        (
            batch_id,
            entry.source,
            entity,
            file_name,
            entry.state,
            _naive(datetime.fromisoformat(entry.observed_at)),
            *counts,
        )
        for (batch_id, entity, file_name), (entry, counts) in rows.items()
    ]


def _quarantine_files(data_dir: Path, entries: list[BatchEntry]) -> dict[tuple[str, str], list[str]]:
    """(source, entity) -> quarantine files of all batches that were not withdrawn."""
    by_entity: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        for file in entry.files if entry.state != "withdrawn" else ():
            if file.quarantine_path:
                paths = by_entity.setdefault((entry.source, file.entity), set())
                paths.add(str(data_dir / file.quarantine_path))
    return {key: sorted(paths) for key, paths in sorted(by_entity.items())}


def _expose_quarantine(
    connection: duckdb.DuckDBPyConnection, data_dir: Path, entries: list[BatchEntry]
) -> None:
    """View meta.quarantine_rows over the files themselves: nothing is copied, and nothing of it is published.

    One row per source, entity, batch_id, file_name and line_number.
    """
    selects = [
        f"""select {literal(source)} as source, {literal(entity)} as entity, *
            from read_parquet([{", ".join(literal(path) for path in paths)}])"""
        for (source, entity), paths in _quarantine_files(data_dir, entries).items()
    ]
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in _QUARANTINE_ROWS.items())
    rows = " union all by name ".join([f"select {empty} where false", *selects])
    connection.execute(f"create or replace view meta.quarantine_rows as {rows}")


def _quarantine(data_dir: Path, entries: list[BatchEntry]) -> list[tuple]:
    """Counts per reason and file over all batches that were not withdrawn."""
    rows: list[tuple] = []
    with scratch_connection(data_dir, "quarantine") as connection:
        for (source, entity), paths in _quarantine_files(data_dir, entries).items():
            counts = connection.execute(
                """select reason_code, file_name, count(*), min(line_number)
                from read_parquet(?) group by all order by all""",
                [paths],
            ).fetchall()
            rows.extend((source, entity, *count) for count in counts)
    return rows


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


if __name__ == "__main__":
    from orchestration.code_version import code_version
    from orchestration.environment import prepare_environment

    prepare_environment()
    frozen = freeze(Settings.from_environment(), f"manual-{uuid.uuid4().hex[:8]}", code_version())
    print(
        f"{len(frozen.add)} batches to add{f'; everything is built again: {frozen.whole}' if frozen.whole else ''}"
    )
