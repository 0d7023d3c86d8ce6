"""kpi.fct_kpi_revision: published values that changed after readers had been told that they are complete.

A version carries what it needs to find the next change: its own complete values, and in ONCE_COMPLETE those that were
complete in an earlier version and are not in this one. All of it is seen with the version or not at all, so a
publication that is killed, or fails its audit, forgets nothing and tells nothing twice, whatever the warehouse is.
"""

from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.publication.own_tables import KPI_KEY, carry_over, create_own_table, has_table, sql_text

REVISION = "kpi.fct_kpi_revision"
#: In a version's folder: key of fct_kpi and the value that readers were told last.
ONCE_COMPLETE = "once_complete.parquet"
_KEY = ", ".join(KPI_KEY)


def write_revisions(
    connection: duckdb.DuckDBPyConnection,
    previous_folder: Path,
    folder: Path,
    published_at: datetime,
    as_of: datetime,
) -> int:
    """Fill the table in `published` from `previous`, where that is attached; returns its rows. Times are UTC, naive.

    A row that is missing says nothing where its definition is gone, or where the period is not begun as of this
    publication (OPS_AS_OF went back); otherwise its value became null.
    """
    create_own_table(connection, REVISION)
    carry_over(connection, REVISION)
    if not has_table(connection, "published", "kpi.fct_kpi"):
        return 0
    connection.execute(_known(connection, previous_folder / ONCE_COMPLETE))
    connection.execute(
        f"""create or replace temp table told as
        select {_KEY}, known.value as old_value,
            case
                when now.is_complete is not null then now.value
                when definitions.kpi_code is null or period_start >= cast(? as date) then known.value
            end as new_value,
            coalesce(now.is_complete, false) as is_complete
        from known
        left join (from published.kpi.fct_kpi where dimension = 'all') as now using ({_KEY})
        left join published.kpi.dim_kpi as definitions using (kpi_code, caliber_version)""",
        [as_of],
    )
    connection.execute(
        f"""insert into published.{REVISION}
        select {_KEY}, ?, old_value, new_value from told where old_value is distinct from new_value order by all""",
        [published_at],
    )
    connection.execute(
        f"""copy (select {_KEY}, new_value as value from told where not is_complete order by all)
        to {sql_text(folder / ONCE_COMPLETE)} (format parquet)"""
    )
    return int(connection.execute(f"select count(*) from published.{REVISION}").fetchall()[0][0])


def _known(connection: duckdb.DuckDBPyConnection, once_complete: Path) -> str:
    """Statement that makes table `known`: what readers were told of every value that was ever complete."""
    parts = []
    if has_table(connection, "previous", "kpi.fct_kpi"):
        parts.append(
            f"select {_KEY}, value from previous.kpi.fct_kpi where dimension = 'all' and is_complete"
        )
        if once_complete.exists():
            parts.append(f"select {_KEY}, value from read_parquet({sql_text(once_complete)})")
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, (kind, _) in KPI_KEY.items())
    parts.append(f"select {empty}, cast(null as decimal(28, 8)) as value where false")
    return f"create or replace temp table known as {' union all by name '.join(parts)}"
