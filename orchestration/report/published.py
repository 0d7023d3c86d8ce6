"""What the report may read: one version of published/ops.duckdb, opened once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
#: The company as an app of its own, as in the kpi schema.
COMPANY = "*"


class Published:
    """Rows of one version; every reader of a page sees the same one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: list[object] | None = None) -> list[Row]:
        cursor = self._connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def by_app(self, sql: str, parameters: list[object] | None = None) -> dict[str, list[Row]]:
        """The rows of each app_id, in the order of the query."""
        found: dict[str, list[Row]] = {}
        for row in self.rows(sql, parameters):
            found.setdefault(row["app_id"], []).append(row)
        return found


def with_company(table: str) -> str:
    """A relation: the rows of a mart, and all of them once more as rows of the company."""
    return f"(from {table} union all select * replace ('{COMPANY}' as app_id) from {table})"


@contextmanager
def open_published(data_dir: Path) -> Iterator[Published]:
    """The current version, even when another is published meanwhile. Raises duckdb.Error when there is none."""
    database = (data_dir / "published" / "current").resolve() / "ops.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield Published(connection)
