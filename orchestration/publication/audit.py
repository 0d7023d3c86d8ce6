"""Reads a written version back as a reader would and compares it with the warehouse."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.freeze import WAREHOUSE
from orchestration.publication.public_tables import PublicTable
from orchestration.publication.verify import NotPublishable
from orchestration.publication.write import DATABASE


def audit_version(data_dir: Path, folder: Path, tables: Sequence[PublicTable]) -> None:
    """Raises NotPublishable when a table, its columns, its types or its rows differ in either format."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{_quoted(data_dir / WAREHOUSE)}' as warehouse (read_only)")
        connection.execute(f"attach '{_quoted(folder / DATABASE)}' as published (read_only)")
        for table in tables:
            parquet = f"read_parquet('{_quoted(folder / 'parquet' / table.schema / table.name)}/*.parquet')"
            wanted = _shape(connection, f"warehouse.{table.address}")
            for found in (f"published.{table.address}", parquet):
                if _shape(connection, found) != wanted:
                    raise NotPublishable(
                        f"{table.schema}.{table.name} was not written as it is in the warehouse"
                    )


def _shape(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[int, list[tuple[str, str]]]:
    """Rows, and (column, type) in order."""
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    count = connection.execute(f"select count(*) from {relation}").fetchall()[0][0]
    return count, [(column[0], column[1]) for column in columns]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
