"""Tables of a SQLite database as text, read-only, all from one moment.

SQLite keeps a number of a NUMERIC or REAL column as a double. Its shortest text is exact while the amount was
written with at most 15 digits; a double without such a text (0.1 + 0.2) is rejected, never rounded. Any cell may hold
any kind of value whatever its column says: bytes that are no UTF-8 text and BLOBs put their row aside.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.database_config import AppDatabase
from ingestion.errors import SourceError
from ingestion.sources.app_database.floating_money import inexact, plain
from ingestion.sources.app_database.local_times import FURTHEST
from ingestion.sources.app_database.table_read import ColumnRead, TableRead

FETCH_ROWS = 20_000
#: Steps of SQLite's machine between two looks at the clock: some milliseconds.
STEPS = 100_000


class SqliteDatabase:
    """An open database; see OpenDatabase."""

    def __init__(self, config: AppDatabase, connection: sqlite3.Connection) -> None:
        self._config, self._connection = config, connection
        # Text as bytes: one cell that is no UTF-8 must not fail its table.
        connection.text_factory = bytes

    def columns(self, table: str) -> dict[str, str] | None:
        found = self._query(f"select name, type from pragma_table_info({_literal(table)})", table)
        return {_text(name): _text(kind).lower() for name, kind in found} or None

    def can_compare(self, updated_at: ColumnRead) -> bool:
        return True

    def rows(self, read: TableRead, since: datetime | None = None) -> Iterator[pa.Table]:
        money = [place for place, column in enumerate(read.columns) if column.is_money]
        texts = [f"cast({_quote(column.column)} as text)" for column in read.columns]
        kinds = [_money_kind(read.columns[place].column) for place in money]
        query = f"select {', '.join([*texts, *kinds, _blob_field(read)])} from {_quote(read.table)}"
        updated_at = read.column("updated_at")
        if since is not None and updated_at is not None:
            # SQLite takes a time without offset for UTC: rather more is read than a wall clock can be ahead.
            border = since if read.timezone == "UTC" else since - FURTHEST
            query += f" where {_changed_since(updated_at.column, border)}"
        for batch in self._batches(query, read.table):
            yield _table(read, money, batch)

    def _query(self, query: str, table: str) -> list[tuple[Any, ...]]:
        return [row for batch in self._batches(query, table) for row in batch]

    def _batches(self, query: str, table: str) -> Iterator[list[tuple[Any, ...]]]:
        """A time-out counts what SQLite does, not what is done with its rows in between."""
        seconds = self._config.statement_timeout_seconds
        used = 0.0
        started = time.monotonic()
        self._connection.set_progress_handler(lambda: int(used + time.monotonic() - started > seconds), STEPS)
        try:
            with closing(self._connection.execute(query)) as cursor:
                while batch := cursor.fetchmany(FETCH_ROWS):
                    used += time.monotonic() - started
                    yield batch
                    started = time.monotonic()
        except sqlite3.Error as error:
            if str(error) == "interrupted":
                raise _too_slow(self._config, table) from None
            raise SourceError(
                f"database {self._config.name}, table {table}: cannot be read ({error})"
            ) from None
        finally:
            self._connection.set_progress_handler(None, 0)


@contextmanager
def open_sqlite(config: AppDatabase, data_dir: Path) -> Iterator[SqliteDatabase]:
    """The database, read-only. Raises SourceError when there is no such file or it is none."""
    path, name = data_dir / config.sqlite_path, config.name
    if not path.is_file():
        raise SourceError(
            f"database {name}: there is no file {path}; correct its url in {config.line('url')}"
        )
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            timeout=min(30, config.statement_timeout_seconds),
        )
    except sqlite3.Error as error:
        raise SourceError(f"database {name}: {path} cannot be opened ({error})") from None
    with closing(connection):
        try:
            connection.execute("pragma query_only = on")
            # One deferred transaction: all tables are of one moment while the app goes on writing.
            connection.execute("begin")
            connection.execute("select count(*) from sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise SourceError(
                f"database {name}: {path} is no SQLite database that can be read ({error})"
            ) from None
        yield SqliteDatabase(config, connection)


def _too_slow(config: AppDatabase, table: str) -> SourceError:
    return SourceError(
        f"database {config.name}, table {table}: no answer within {config.statement_timeout_seconds} s; "
        f"raise statement_timeout_seconds ({config.line('statement_timeout_seconds')})"
    )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value or "")


def _money_kind(column: str) -> str:
    """SQL: null for a value that is no double, `exact` for a double that its text says whole, else `inexact`."""
    name = _quote(column)
    is_exact = f"cast(cast({name} as text) as real) = {name}"
    return f"case when typeof({name}) = 'real' then iif({is_exact}, 'exact', 'inexact') end"


def _blob_field(read: TableRead) -> str:
    """SQL: our name of the first column whose value is a BLOB, else null."""
    tests = (
        f"when typeof({_quote(column.column)}) = 'blob' then {_literal(column.field.name)}"
        for column in read.columns
    )
    return f"case {' '.join(tests)} end"


def _changed_since(column: str, since: datetime) -> str:
    """SQL: changed at `since` or later, by the second; what is no time that SQLite knows counts as changed."""
    name = _quote(column)
    moment = f"""case typeof({name})
        when 'integer' then case
            when {name} < 100000000000 then {name}
            when {name} < 100000000000000 then {name} / 1000
            else {name} / 1000000
        end
        when 'text' then case when {name} glob '*[-:]*' then cast(strftime('%s', {name}) as integer) end
    end"""
    return f"coalesce({moment} >= {int(since.astimezone(UTC).timestamp())}, 1)"


def _table(read: TableRead, money: list[int], batch: list[tuple[Any, ...]]) -> pa.Table:
    cells: list[list[Any]] = [list(column) for column in zip(*batch, strict=True)]
    names = [column.field.name for column in read.columns]
    reasons: list[tuple[str, str] | None] = [None] * len(batch)
    for row, field in enumerate(cells[-1]):
        if field is not None:
            reasons[row] = ("not_text", f"{_text(field)}: holds a BLOB, which is no text; store it as TEXT")
    for kind, place in enumerate(money, len(names)):
        for row, exactness in enumerate(cells[kind]):
            if exactness == b"exact":
                cells[place][row] = plain(_text(cells[place][row])).encode()
            elif exactness == b"inexact":
                reason = ("inexact_money", inexact(names[place], _text(cells[place][row])))
                reasons[row] = reasons[row] or reason
    arrays = {name: _texts(name, column, reasons) for name, column in zip(names, cells, strict=False)}
    arrays["_reason_code"] = pa.array([reason and reason[0] for reason in reasons], pa.string())
    arrays["_reason"] = pa.array([reason and reason[1] for reason in reasons], pa.string())
    return pa.table(arrays)


def _texts(name: str, column: list[Any], reasons: list[tuple[str, str] | None]) -> pa.Array:
    try:
        return pa.array(column, pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        texts: list[str | None] = []
        for row, value in enumerate(column):
            text = None if value is None else _text(value)
            if text is not None and text.encode() != value:
                reason = ("invalid_utf8", f"{name}: bytes that are no UTF-8 text ({text[:60]})")
                reasons[row] = reasons[row] or reason
            texts.append(text)
        return pa.array(texts, pa.string())
