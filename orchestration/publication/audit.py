"""Reads a written version back as a reader would and compares it with the warehouse."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingestion.scratch import scratch_connection
from orchestration.freeze import WAREHOUSE
from orchestration.publication.own_tables import KPI_KEY, OWN_TABLES, has_table, sql_text
from orchestration.publication.public_tables import PublicTable
from orchestration.publication.revisions import REVISION
from orchestration.publication.verify import NotPublishable
from orchestration.publication.write import DATABASE


def audit_version(data_dir: Path, folder: Path, tables: Sequence[PublicTable]) -> None:
    """Raises NotPublishable when a table, its columns, its types or its rows differ in either format, or a revision
    that readers know is gone or told twice.
    """
    with scratch_connection(data_dir, "publication") as connection:
        connection.execute(f"attach {sql_text(data_dir / WAREHOUSE)} as warehouse (read_only)")
        connection.execute(f"attach {sql_text(folder / DATABASE)} as published (read_only)")
        wanted = {
            f"{table.schema}.{table.name}": _shape(connection, f"warehouse.{table.address}")
            for table in tables
        }
        wanted |= {address: _shape(connection, f"published.{address}") for address in OWN_TABLES}
        for address, shape in wanted.items():
            parquet = folder.joinpath("parquet", *address.split("."), "*.parquet")
            for found in (f"published.{address}", f"read_parquet({sql_text(parquet)})"):
                if _shape(connection, found) != shape:
                    raise NotPublishable(f"{address} was not written as it is in the warehouse")
        _audit_revisions(connection, data_dir / "published" / "current" / DATABASE)


def _audit_revisions(connection: duckdb.DuckDBPyConnection, previous: Path) -> None:
    keys = f"{', '.join(KPI_KEY)}, published_at"
    faults = {
        "tells a revision twice": f"select 1 from published.{REVISION} group by {keys} having count(*) > 1"
    }
    if previous.exists():
        connection.execute(f"attach {sql_text(previous)} as previous (read_only)")
        if has_table(connection, "previous", REVISION):
            faults["forgot a revision"] = f"from previous.{REVISION} except all from published.{REVISION}"
    for words, query in faults.items():
        if connection.execute(f"select 1 from ({query}) limit 1").fetchall():
            raise NotPublishable(f"{REVISION} {words}")


def _shape(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[int, list[tuple[str, str]]]:
    """Rows, and (column, type) in order."""
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    count = connection.execute(f"select count(*) from {relation}").fetchall()[0][0]
    return count, [(column[0], column[1]) for column in columns]
