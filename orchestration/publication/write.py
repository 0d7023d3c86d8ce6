"""Writes one version: published/versions/<publication>/ops.duckdb and parquet/<schema>/<table>/."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.scratch import scratch_connection
from orchestration.freeze import WAREHOUSE
from orchestration.publication.own_tables import CHECKS, carry_over, create_own_table, sql_text
from orchestration.publication.pseudonyms import Pseudonyms
from orchestration.publication.public_tables import PublicTable
from orchestration.publication.revisions import REVISION, write_revisions
from orchestration.publication.verify import CheckOutcome, FrozenRun

#: BI drivers with DuckDB 1.4 must be able to open the file.
STORAGE_VERSION = "v1.4.0"
DATABASE = "ops.duckdb"
#: Results of that many earlier publications stay readable in quality.checks.
CHECK_HISTORY = 30
_CHECK_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(CHECKS, pa.string()),
    "passed": pa.bool_(),
    "failed_rows": pa.int64(),
}


@dataclass(frozen=True)
class Publication:
    """What one version says about itself in quality.publications. Times are UTC."""

    publication_id: str
    published_at: datetime
    run: FrozenRun
    dagster_run_id: str

    @classmethod
    def of(cls, run: FrozenRun, dagster_run_id: str, now: datetime) -> "Publication":
        return cls(f"{now:%Y%m%dT%H%M%S%f}Z-{dagster_run_id[:8]}", now, run, dagster_run_id)


def write_version(
    data_dir: Path,
    folder: Path,
    publication: Publication,
    tables: Sequence[PublicTable],
    checks: Sequence[CheckOutcome],
    pseudonyms: Pseudonyms,
) -> dict[str, int]:
    """Fill an empty folder; returns rows per table ('marts.fct_orders': 12). Nothing else is touched."""
    folder.mkdir(parents=True)
    rows: dict[str, int] = {}
    with scratch_connection(data_dir, "publication") as connection:
        connection.execute(f"attach {sql_text(data_dir / WAREHOUSE)} as warehouse (read_only)")
        connection.execute(
            f"attach {sql_text(folder / DATABASE)} as published (storage_version {sql_text(STORAGE_VERSION)})"
        )
        pseudonyms.prepare(connection)
        connection.begin()  # once for all: each comment alone would write and sync the file's log
        for table in tables:
            rows[f"{table.schema}.{table.name}"] = _copy_table(connection, table, pseudonyms)
        connection.commit()
        previous = data_dir / "published" / "current"
        _write_own_tables(connection, previous, folder, publication, checks, rows)
        for schema, name in _published_tables(connection):
            target = folder / "parquet" / schema / name
            target.mkdir(parents=True)
            part = sql_text(target / "part-0.parquet")
            connection.execute(
                f'copy published."{schema}"."{name}" to {part} (format parquet, compression zstd)'
            )
        connection.execute("detach published")
    _sync_tree(folder)
    return rows


def _copy_table(connection: duckdb.DuckDBPyConnection, table: PublicTable, pseudonyms: Pseudonyms) -> int:
    address, source = f"published.{table.address}", f"warehouse.{table.address}"
    columns = [row[0] for row in connection.execute(f"describe {source}").fetchall()]
    connection.execute(f'create schema if not exists published."{table.schema}"')
    connection.execute(f"create table {address} as {pseudonyms.select(connection, source, columns)}")
    connection.execute(f"comment on table {address} is {sql_text(table.description)}")
    for column in table.columns:
        if column.is_required:
            connection.execute(f'alter table {address} alter column "{column.name}" set not null')
        if column.description:
            connection.execute(
                f'comment on column {address}."{column.name}" is {sql_text(column.description)}'
            )
    return int(connection.execute(f"select count(*) from {address}").fetchall()[0][0])


def _write_own_tables(
    connection: duckdb.DuckDBPyConnection,
    previous: Path,
    folder: Path,
    publication: Publication,
    checks: Sequence[CheckOutcome],
    rows: dict[str, int],
) -> None:
    """Own tables, carried over from the version before and added to; `rows` gets those of the KPI revisions."""
    if (previous / DATABASE).exists():
        connection.execute(f"attach {sql_text(previous / DATABASE)} as previous (read_only)")
    as_of = publication.run.as_of
    rows[REVISION] = write_revisions(connection, previous, folder, publication.published_at, as_of)
    ran = [check for check in checks if check.passed is not None]
    passed = sum(bool(check.passed) for check in ran)
    row = (publication.publication_id, publication.published_at, as_of, publication.dagster_run_id,
           publication.run.code_version, passed, len(ran) - passed, len(rows), sum(rows.values()))  # fmt: skip
    for address in ("quality.publications", "quality.checks"):
        create_own_table(connection, address)
    carry_over(connection, "quality.publications")
    recent = f"""publication_id in (
        select publication_id from previous.quality.publications
        order by published_at desc limit {CHECK_HISTORY - 1}
    )"""
    carry_over(connection, "quality.checks", recent)
    connection.execute(
        f"insert into published.quality.publications values ({', '.join('?' * len(row))})", row
    )
    results = pa.Table.from_pylist(
        [
            {"publication_id": publication.publication_id, "check_name": check.name, "asset_key": check.asset_key,
             "passed": check.passed, "severity": check.severity, "failed_rows": check.failed_rows,
             "message": check.message}
            for check in ran
        ],
        pa.schema(_CHECK_TYPES),
    )  # fmt: skip
    connection.register("results", results)
    connection.execute("insert into published.quality.checks by name from results")
    connection.unregister("results")


def _published_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'published' order by all"
    ).fetchall()


def _sync_tree(folder: Path) -> None:
    """fsync every file and folder, innermost first."""
    for path, _, names in os.walk(folder, topdown=False):
        for entry in (*(Path(path) / name for name in names), Path(path)):
            descriptor = os.open(entry, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
