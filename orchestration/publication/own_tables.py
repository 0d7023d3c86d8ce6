"""The tables that publication writes itself: what only it knows, carried from version to version."""

from collections.abc import Mapping

import duckdb

Columns = Mapping[str, tuple[str, str]]

PUBLICATIONS: Columns = {
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
CHECKS: Columns = {
    "publication_id": ("varchar", "Publication that the result belongs to."),
    "check_name": ("varchar", "The check, named as what must hold."),
    "asset_key": ("varchar", "Table that it looks at."),
    "passed": ("boolean", "Held."),
    "severity": ("varchar", "ERROR or WARN."),
    "failed_rows": ("bigint", "Rows, or values, that did not hold."),
    "message": ("varchar", "What was found."),
}
KPI_KEY: Columns = {
    "app_id": ("varchar", "App; '*' for the company."),
    "kpi_code": ("varchar", "KPI (指标) of dim_kpi."),
    "caliber_version": ("integer", "Version of its definition (口径版本)."),
    "grain": ("varchar", "day, week or month."),
    "period_start": ("date", "First local day of the period."),
    "dimension": ("varchar", "all: only totals are followed."),
    "dimension_value": ("varchar", "all."),
}
REVISIONS: Columns = {
    **KPI_KEY,
    "published_at": ("timestamp", "Publication that told the new value first (UTC)."),
    "old_value": ("decimal(28,8)", "What readers had been told before, since it was complete for the first time."),
    "new_value": ("decimal(28,8)", "What they are told since; null when there is no row or no denominator any more."),
}  # fmt: skip
#: Address -> what one row is, and its columns.
OWN_TABLES: Mapping[str, tuple[str, Columns]] = {
    "quality.publications": (
        "Every publication, with what it was built from. One row per publication_id.",
        PUBLICATIONS,
    ),
    "quality.checks": (
        "Results of asset checks at each publication. One row per publication_id, asset_key and check_name.",
        CHECKS,
    ),
    "kpi.fct_kpi_revision": (
        "Totals that were published as complete and changed later (已发布后修正): append-only; each old value is the "
        "new value before it. One row per key of fct_kpi and published_at.",
        REVISIONS,
    ),
}


def create_own_table(connection: duckdb.DuckDBPyConnection, address: str) -> None:
    """An empty, described table of that address in the attached database `published`."""
    description, columns = OWN_TABLES[address]
    connection.execute(f"create schema if not exists published.{address.split('.')[0]}")
    body = ", ".join(f"{column} {kind}" for column, (kind, _) in columns.items())
    connection.execute(f"create table published.{address} ({body})")
    connection.execute(f"comment on table published.{address} is {sql_text(description)}")
    for column, (_, words) in columns.items():
        connection.execute(f"comment on column published.{address}.{column} is {sql_text(words)}")


def carry_over(connection: duckdb.DuckDBPyConnection, address: str, condition: str = "true") -> None:
    """Rows of the version before, where there is one and it has the table."""
    if has_table(connection, "previous", address):
        connection.execute(
            f"insert into published.{address} by name select * from previous.{address} where {condition}"
        )


def has_table(connection: duckdb.DuckDBPyConnection, database: str, address: str) -> bool:
    schema, name = address.split(".")
    return bool(
        connection.execute(
            """select 1 from duckdb_tables()
            where database_name = ? and schema_name = ? and table_name = ?""",
            [database, schema, name],
        ).fetchall()
    )


def sql_text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
