"""Tables of a PostgreSQL database as text, read-only, all from one moment.

Every column is asked for as text, so that NUMERIC keeps all its digits and no type of the driver stands between;
rows stream through COPY. Moments come in UTC.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import adbc_driver_manager
import adbc_driver_postgresql
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from ingestion.database_config import AppDatabase
from ingestion.errors import SourceError
from ingestion.redaction import Redactor
from ingestion.sources.app_database.floating_money import DIGITS, inexact, is_exact, plain
from ingestion.sources.app_database.table_read import ColumnRead, TableRead

#: Size of an answered batch, about: it bounds memory.
BATCH_BYTES = 4 << 20
CONNECT_SECONDS = 15
#: Digits after which a float is written shortest, ISO dates, UTC: what a value's text looks like.
_SETTINGS = ("timezone = 'UTC'", "datestyle = 'ISO, YMD'", "extra_float_digits = 1", "bytea_output = 'hex'")
_TEXTS = ("text", "character varying", "character", "name", "citext", "uuid")
_WHOLE = ("smallint", "integer", "bigint")
_EXACT = (*_WHOLE, "numeric", "money")
_MOMENTS = ("timestamp with time zone", "timestamp without time zone", "date")
_UNUSABLE = ("bytea", "json", "jsonb", "xml", "hstore", "point", "box", "tsvector")


class PostgresqlDatabase:
    """An open database; see OpenDatabase."""

    def __init__(self, config: AppDatabase, connection: Any, redact: Redactor) -> None:
        self._config, self._connection, self._redact = config, connection, redact
        self._begin()

    def _begin(self) -> None:
        self._execute("set transaction isolation level repeatable read read only")
        self._execute(f"set local statement_timeout = '{self._config.statement_timeout_seconds}s'")
        for setting in _SETTINGS:
            self._execute(f"set local {setting}")

    def columns(self, table: str) -> dict[str, str] | None:
        # A domain counts as the type below it; what has modifiers as the plain type.
        query = f"""
            select attname::text, format_type(coalesce(nullif(typbasetype, 0), atttypid), null)
            from pg_attribute join pg_type on pg_type.oid = atttypid
            where attrelid = to_regclass({_literal(_quoted_table(table))})
                and attnum > 0 and not attisdropped
            order by attnum"""
        found = [row for batch in self._batches(query, table) for row in batch.to_pylist()]
        return {row["attname"]: str(row["format_type"]).lower() for row in found} or None

    def can_compare(self, updated_at: ColumnRead) -> bool:
        return updated_at.kind in _MOMENTS

    def rows(self, read: TableRead, since: datetime | None = None) -> Iterator[pa.Table]:
        for column in read.columns:
            self._check_type(read, column)
        texts = [f"{_as_text(column)} as {_quote(column.field.name)}" for column in read.columns]
        query = f"select {', '.join(texts)} from {_quoted_table(read.table)}"
        updated_at = read.column("updated_at")
        if since is not None and updated_at is not None:
            name, moment = _quote(updated_at.column), f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
            start = f"timestamptz '{moment}+00'"
            if updated_at.kind != "timestamp with time zone":
                start = f"({start} at time zone {_literal(read.timezone)})"
                start = f"cast({start} as date)" if updated_at.kind == "date" else start
            query += f" where {name} >= {start} or {name} is null"
        for batch in self._batches(query, read.table):
            yield _table(read, batch)

    def _check_type(self, read: TableRead, column: ColumnRead) -> None:
        """A type whose text can never be a value of our field."""
        kind, wanted = column.kind, column.field.type
        usable: tuple[str, ...]
        if pa.types.is_timestamp(wanted):
            usable, right = (*_MOMENTS, *_TEXTS, *_WHOLE), "timestamptz"
        elif pa.types.is_decimal(wanted):
            usable, right = (*_EXACT, *DIGITS, *_TEXTS), "numeric"
        elif pa.types.is_integer(wanted):
            usable, right = (*_EXACT, *_TEXTS), "bigint"
        elif pa.types.is_boolean(wanted):
            usable, right = ("boolean", *_WHOLE, *_TEXTS), "boolean"
        else:
            is_usable = kind not in _UNUSABLE and not kind.endswith("[]")
            usable, right = (kind,) if is_usable else (), "text"
        if kind not in usable:
            where = self._config.line("tables", read.contract.entity, "columns", column.field.name)
            raise SourceError(
                f"database {self._config.name}, table {read.table}: the column {column.column} is of type {kind}, "
                f"which is no {right} as `{column.field.name}` needs; name another column in {where}"
            )

    def _execute(self, statement: str) -> None:
        try:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute(statement)
        except adbc_driver_manager.Error as error:
            raise self._failure(error, None) from None

    def _batches(self, query: str, table: str) -> Iterator[pa.Table]:
        try:
            with closing(self._connection.cursor()) as cursor:
                hint = adbc_driver_postgresql.StatementOptions.BATCH_SIZE_HINT_BYTES.value
                cursor.adbc_statement.set_options(**{hint: str(BATCH_BYTES)})
                cursor.execute(query)
                with cursor.fetch_record_batch() as reader:
                    for batch in reader:
                        yield pa.Table.from_batches([batch])
        except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
            failure = self._failure(error, table)
            # A failed statement spoils its transaction: what follows is of a moment later.
            with suppress(adbc_driver_manager.Error):
                self._connection.rollback()
                self._begin()
            raise failure from None

    def _failure(self, error: Exception, table: str | None) -> SourceError:
        whose = f"database {self._config.name}" + (f", table {table}" if table else "")
        if "57014" in str(error) or "statement timeout" in str(error):
            return SourceError(
                f"{whose}: no answer within {self._config.statement_timeout_seconds} s; raise "
                f"statement_timeout_seconds ({self._config.line('statement_timeout_seconds')}), "
                "or add an index on updated_at"
            )
        return SourceError(f"{whose}: cannot be read ({_words(error, self._redact)})")


@contextmanager
def open_postgresql(config: AppDatabase, environ: Mapping[str, str]) -> Iterator[PostgresqlDatabase]:
    """The database, in one read-only transaction. Raises SourceError without any secret in it."""
    given = {"user": config.user, "password": config.password}
    missing = [name for name in given.values() if name and not environ.get(name, "").strip()]
    if missing:
        raise SourceError(
            f"database {config.name}: set the environment variable {', '.join(missing)} "
            f"(named in {config.line('password' if config.password in missing else 'user')})"
        )
    secrets = {key: environ[name].strip() for key, name in given.items() if name}
    redact = Redactor(secrets.values())
    try:
        connection = dbapi.connect(_address(config.url, secrets))
    except adbc_driver_manager.Error as error:
        raise SourceError(
            f"database {config.name}: cannot be opened ({_words(error, redact)}); check its address, user and "
            f"password ({config.line('url')})"
        ) from None
    with closing(connection):
        yield PostgresqlDatabase(config, connection, redact)


def _address(url: str, secrets: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    # User and password go into the query, quoted: a password may hold any character.
    settings = dict(parse_qsl(parts.query, keep_blank_values=True))
    settings = {"connect_timeout": str(CONNECT_SECONDS), "application_name": "ops-warehouse"} | settings
    query = urlencode({**settings, **secrets}, quote_via=quote)
    return f"postgresql://{parts.netloc}{parts.path}?{query}"


def _words(error: Exception, redact: Redactor) -> str:
    """The server's own sentence, without the driver's wrapping and without our statement."""
    text = redact(error)
    for start in ("FATAL:", "ERROR:"):
        if start in text:
            return text.partition(start)[2].strip().removesuffix(". SQLSTATE").strip()
    return text


def _as_text(column: ColumnRead) -> str:
    name = _quote(column.column)
    # The text of the type money is written for people: '$1,234.50'.
    return f"{name}::numeric::text" if column.kind == "money" else f"{name}::text"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted_table(table: str) -> str:
    """`schema.table` or `table`; every part as it is spelled."""
    return ".".join(_quote(part) for part in table.split(".", 1))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _table(read: TableRead, batch: pa.Table) -> pa.Table:
    codes: list[str | None] = [None] * len(batch)
    reasons: list[str | None] = [None] * len(batch)
    for column in read.columns:
        if not column.is_money or column.kind not in DIGITS:
            continue
        name = column.field.name
        texts: list[str | None] = batch[name].to_pylist()
        for row, text in enumerate(texts):
            if text is None:
                continue
            if is_exact(text, column.kind):
                texts[row] = plain(text)
            else:
                codes[row], reasons[row] = "inexact_money", inexact(name, text)
        batch = batch.set_column(batch.schema.get_field_index(name), name, pa.array(texts, pa.string()))
    batch = batch.append_column("_reason_code", pa.array(codes, pa.string()))
    return batch.append_column("_reason", pa.array(reasons, pa.string()))
