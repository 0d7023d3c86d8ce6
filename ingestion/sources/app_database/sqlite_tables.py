"""Tables of a SQLite database as text, read-only, all from one moment.

SQLite keeps a number of a NUMERIC or REAL column as a double. Its shortest text is exact while the amount was
written with at most 15 digits; a double without such a text (0.1 + 0.2) is rejected, never rounded.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from ingestion.contract import Contract
from ingestion.errors import SourceError

#: Rows that are read in one step; it bounds memory.
BATCH_ROWS = 500_000
FETCH_ROWS = 20_000

Cell = str | None


class Database:
    """An open database. Every read sees the state of the first one."""

    def __init__(self, name: str, connection: sqlite3.Connection) -> None:
        self.name, self._connection = name, connection

    def tables(self) -> set[str]:
        """Names of tables and views."""
        query = "select name from sqlite_master where type in ('table', 'view')"
        return {str(row[0]) for row in self._query(query)}

    def rows(self, contract: Contract) -> Iterator[pa.Table]:
        """Tables of text with `_source_row` and, for money that is no exact number, `_reason_code`.

        Optional columns that the table lacks are null, columns that the contract does not know are not read.
        Raises SourceError naming database, table and column when a required column is missing.
        """
        present = {str(row[1]).lower() for row in self._query(f'pragma table_info("{contract.entity}")')}
        for field in contract.fields:
            if field.required and field.name not in present:
                raise SourceError(
                    f"database {self.name}, table {contract.entity}: the required column {field.name} is missing; "
                    "add it, or give the table under another name a view with all required columns"
                )
        fields = [field for field in contract.fields if field.name in present]
        money = [place for place, field in enumerate(fields) if pa.types.is_decimal(field.type)]
        texts = ", ".join(f'cast("{field.name}" as text)' for field in fields)
        kinds = "".join(f", {_kind(fields[place].name)}" for place in money)
        query = f'select {texts}{kinds} from "{contract.entity}"'
        names = [field.name for field in fields]
        number, waiting = 1, []
        for batch in self._batches(query):
            waiting.append(_table(names, money, batch, number))
            number += len(batch)
            if sum(len(table) for table in waiting) >= BATCH_ROWS:
                yield pa.concat_tables(waiting)
                waiting = []
        if waiting:
            yield pa.concat_tables(waiting)

    def _query(self, query: str) -> list[tuple[object, ...]]:
        return [row for batch in self._batches(query) for row in batch]

    def _batches(self, query: str) -> Iterator[list[tuple[object, ...]]]:
        try:
            with closing(self._connection.execute(query)) as cursor:
                while batch := cursor.fetchmany(FETCH_ROWS):
                    yield batch
        except sqlite3.Error as error:
            raise SourceError(f"database {self.name}: cannot be read ({error})") from error


@contextmanager
def open_sqlite(name: str, path: Path) -> Iterator[Database]:
    """The database, read-only. Raises SourceError when there is no such file or it is none."""
    if not path.is_file():
        raise SourceError(f"database {name}: there is no file {path}; correct its url in sources.yaml")
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30
        )
    except sqlite3.Error as error:
        raise SourceError(f"database {name}: cannot be opened ({error})") from error
    with closing(connection):
        try:
            # One deferred transaction: all tables are of one moment while the app goes on writing.
            connection.execute("begin")
            connection.execute("select count(*) from sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise SourceError(
                f"database {name}: {path} is no SQLite database that can be read ({error})"
            ) from error
        yield Database(name, connection)


def _kind(column: str) -> str:
    """SQL: null for a value that is no double, `exact` for a double that its text says whole, else `inexact`."""
    is_exact = f'cast(cast("{column}" as text) as real) = "{column}"'
    return f"""case when typeof("{column}") = 'real' then iif({is_exact}, 'exact', 'inexact') end"""


def _table(names: list[str], money: list[int], batch: list[tuple[object, ...]], first: int) -> pa.Table:
    columns: list[list[Cell]] = [list(column) for column in zip(*batch, strict=True)]
    reasons: list[Cell] = [None] * len(batch)
    for kind, place in enumerate(money, len(names)):
        for row, exactness in enumerate(columns[kind]):
            if exactness == "exact":
                columns[place][row] = format(Decimal(columns[place][row] or "0"), "f")
            elif exactness == "inexact":
                reasons[row] = (
                    f"{names[place]}: stored as a floating-point number that is no exact amount "
                    f"(about {columns[place][row]}); store money as TEXT or as whole cents"
                )
    arrays = {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=False)}
    arrays["_source_row"] = pa.array(range(first, first + len(batch)), pa.int64())
    arrays["_reason_code"] = pa.array([reason and "inexact_money" for reason in reasons], pa.string())
    arrays["_reason"] = pa.array(reasons, pa.string())
    return pa.table(arrays)
