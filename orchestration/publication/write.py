"""Writes one version: published/versions/<publication>/ops.duckdb and parquet/<schema>/<table>/."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.freeze import WAREHOUSE
from orchestration.publication.public_tables import PublicTable
from orchestration.publication.verify import CheckOutcome, FrozenRun

#: BI drivers with DuckDB 1.4 must be able to open the file.
STORAGE_VERSION = "v1.4.0"
DATABASE = "ops.duckdb"
#: Results of that many earlier publications stay readable in quality.checks.
CHECK_HISTORY = 30


@dataclass(frozen=True)
class Publication:
    """What one version says about itself in quality.publications. Times are UTC."""

    publication_id: str
    published_at: datetime
    run: FrozenRun
    dagster_run_id: str

    @classmethod
    def of(cls, run: FrozenRun, dagster_run_id: str) -> "Publication":
        now = datetime.now(UTC).replace(tzinfo=None)
        return cls(f"{now:%Y%m%dT%H%M%S%f}Z-{dagster_run_id[:8]}", now, run, dagster_run_id)


def write_version(
    data_dir: Path,
    folder: Path,
    publication: Publication,
    tables: Sequence[PublicTable],
    checks: Sequence[CheckOutcome],
) -> dict[str, int]:
    """Fill an empty folder; returns rows per table ('marts.fct_orders': 12). Nothing else is touched."""
    folder.mkdir(parents=True)
    rows: dict[str, int] = {}
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {_text(data_dir / WAREHOUSE)} as warehouse (read_only)")
        connection.execute(
            f"attach {_text(folder / DATABASE)} as published (storage_version {_text(STORAGE_VERSION)})"
        )
        for table in tables:
            rows[f"{table.schema}.{table.name}"] = _copy_table(connection, table)
        _write_publications(connection, data_dir, publication, checks, rows)
        for schema, name in _published_tables(connection):
            target = folder / "parquet" / schema / name
            target.mkdir(parents=True)
            part = _text(target / "part-0.parquet")
            connection.execute(
                f'copy published."{schema}"."{name}" to {part} (format parquet, compression zstd)'
            )
        connection.execute("detach published")
    _sync_tree(folder)
    return rows


def _copy_table(connection: duckdb.DuckDBPyConnection, table: PublicTable) -> int:
    address = f"published.{table.address}"
    connection.execute(f'create schema if not exists published."{table.schema}"')
    connection.execute(f"create table {address} as select * from warehouse.{table.address}")
    connection.execute(f"comment on table {address} is {_text(table.description)}")
    for column in table.columns:
        if column.is_required:
            connection.execute(f'alter table {address} alter column "{column.name}" set not null')
        if column.description:
            connection.execute(f'comment on column {address}."{column.name}" is {_text(column.description)}')
    return int(connection.execute(f"select count(*) from {address}").fetchall()[0][0])


PUBLICATION_COLUMNS = {
    "publication_id": ("varchar", "Version folder under published/versions."),
    "published_at": ("timestamp", "When it was written (UTC)."),
    "as_of": ("timestamp", "The moment that counted as now (UTC)."),
    "run_id": ("varchar", "Dagster run that built and published it."),
    "code_version": ("varchar", "Package version and fingerprint of the code."),
    "checks_passed": ("bigint", "Asset checks that passed."),
    "checks_warned": ("bigint", "Asset checks that failed as a warning."),
    "tables": ("bigint", "Public tables in the version, without this and quality.checks."),
    "rows": ("bigint", "Their rows."),
}
CHECK_COLUMNS = {
    "publication_id": ("varchar", "Publication that the result belongs to."),
    "check_name": ("varchar", "The check, named as what must hold."),
    "asset_key": ("varchar", "Table that it looks at."),
    "passed": ("boolean", "Held."),
    "severity": ("varchar", "ERROR or WARN."),
    "failed_rows": ("bigint", "Rows, or values, that did not hold."),
    "message": ("varchar", "What was found."),
}
_CHECK_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(CHECK_COLUMNS, pa.string()),
    "passed": pa.bool_(),
    "failed_rows": pa.int64(),
}


def _write_publications(
    connection: duckdb.DuckDBPyConnection,
    data_dir: Path,
    publication: Publication,
    checks: Sequence[CheckOutcome],
    rows: dict[str, int],
) -> None:
    """quality.publications (all of them) and quality.checks (the newest), carried over and added to."""
    ran = [check for check in checks if check.passed is not None]
    passed = sum(bool(check.passed) for check in ran)
    row = (publication.publication_id, publication.published_at, publication.run.as_of, publication.dagster_run_id,
           publication.run.code_version, passed, len(ran) - passed, len(rows), sum(rows.values()))  # fmt: skip
    _create(connection, "publications", PUBLICATION_COLUMNS, "Every publication. One row per publication_id.")
    _create(
        connection,
        "checks",
        CHECK_COLUMNS,
        "Results of asset checks. One row per publication_id, asset_key, check_name.",
    )
    previous = data_dir / "published" / "current" / DATABASE
    if previous.exists():
        connection.execute(f"attach {_text(previous)} as previous (read_only)")
        connection.execute("insert into published.quality.publications from previous.quality.publications")
        connection.execute(
            """insert into published.quality.checks by name
            select checks.* from previous.quality.checks
            semi join (
                from previous.quality.publications order by published_at desc limit ?
            ) recent using (publication_id)""",
            [CHECK_HISTORY - 1],
        )
        connection.execute("detach previous")
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


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, tuple[str, str]], description: str
) -> None:
    connection.execute("create schema if not exists published.quality")
    body = ", ".join(f"{column} {kind}" for column, (kind, _) in columns.items())
    connection.execute(f"create table published.quality.{name} ({body})")
    connection.execute(f"comment on table published.quality.{name} is {_text(description)}")
    for column, (_, words) in columns.items():
        connection.execute(f"comment on column published.quality.{name}.{column} is {_text(words)}")


def _published_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'published' order by all"
    ).fetchall()


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _sync_tree(folder: Path) -> None:
    """fsync every file and folder, innermost first."""
    for path, _, names in os.walk(folder, topdown=False):
        for entry in (*(Path(path) / name for name in names), Path(path)):
            descriptor = os.open(entry, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
