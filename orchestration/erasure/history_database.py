"""A person out of Dagster's history where it is kept in PostgreSQL (docs/production/): every text of its tables.

The same replacement as in SQLite, in one transaction for each storage, only in rows that hold one of the names. What
was replaced still stands in the files of PostgreSQL, so these tables are then written anew (VACUUM FULL).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from ingestion.erasure.person_rows import mention
from ingestion.errors import SourceError

if TYPE_CHECKING:
    import dagster as dg
    from sqlalchemy import Connection

#: So many rows are held at a time.
_ROWS = 500
#: How long to wait for a table that the daemon or the web server has in use.
_PATIENCE = "60s"
_TEXTS = ("text", "character varying", "character", "json", "jsonb")
Connect = Callable[[], "AbstractContextManager[Connection]"]


def erase_history(
    names: Mapping[str, str], *, dry_run: bool, was_killed: bool = False
) -> tuple[list[str], list[str]]:
    """(tables that changed, storages that are not in PostgreSQL) of the instance of DAGSTER_HOME.

    After an erasure that was killed, maybe behind its transaction, every table is written anew. Raises SourceError.
    """
    import dagster as dg  # 1 s that only an instance of one's own costs

    try:
        from dagster_postgres.utils import DagsterPostgresException
    except ImportError:  # uv sync --extra production
        return [], ["the storage of OPS_DAGSTER_YAML"]
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with dg.DagsterInstance.get() as instance:
            databases, others = _databases(instance)
            changed = [
                table
                for connect, tables in databases
                for table in _erase(connect, tables, names, dry_run=dry_run, was_killed=was_killed)
            ]
    except (SQLAlchemyError, DagsterPostgresException) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SourceError(f"Dagster's history in PostgreSQL: {reason}; `make erase` finishes it") from error
    return sorted(set(changed)), others


def _databases(instance: "dg.DagsterInstance") -> tuple[list[tuple[Connect, list[str]]], list[str]]:
    """How to connect to each storage in PostgreSQL and its tables (nobody else's), and the storages elsewhere."""
    from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
    from dagster._core.storage.runs.schema import RunStorageSqlMetadata
    from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
    from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage, PostgresScheduleStorage

    runs, events, schedules = instance.run_storage, instance.event_log_storage, instance.schedule_storage
    found: list[tuple[Connect, list[str]]] = []
    others = []
    if isinstance(runs, PostgresRunStorage):
        found.append((runs.connect, list(RunStorageSqlMetadata.tables)))
    else:
        others.append(type(runs).__name__)
    if isinstance(events, PostgresEventLogStorage):
        found.append((events.index_connection, list(SqlEventLogStorageMetadata.tables)))
    else:
        others.append(type(events).__name__)
    if isinstance(schedules, PostgresScheduleStorage):
        found.append((schedules.connect, list(ScheduleStorageSqlMetadata.tables)))
    else:
        others.append(type(schedules).__name__)
    return found, others


def _erase(
    connect: Connect, tables: Sequence[str], names: Mapping[str, str], *, dry_run: bool, was_killed: bool
) -> list[str]:
    """Those of the tables that changed, or would."""
    with _connected(connect, "READ COMMITTED") as connection, connection.begin():
        columns = _text_columns(connection, tables)
        changed = [
            table for table in columns if _replace(connection, table, columns[table], names, dry_run=dry_run)
        ]
    if not dry_run:
        with _connected(connect, "AUTOCOMMIT") as connection:
            for table in columns if was_killed else changed:
                connection.exec_driver_sql(f'vacuum full "{table}"')
    return changed


@contextmanager
def _connected(connect: Connect, isolation: Any) -> "Iterator[Connection]":
    with connect() as connection:
        connection.execution_options(isolation_level=isolation)
        with connection.begin():
            connection.exec_driver_sql(f"set lock_timeout = '{_PATIENCE}'")
        yield connection


def _text_columns(connection: "Connection", tables: Sequence[str]) -> dict[str, dict[str, str]]:
    """Table -> its columns that hold text, with their types."""
    from sqlalchemy import text

    rows = connection.execute(
        text(
            """select table_name, column_name, data_type from information_schema.columns
            where table_schema = current_schema() and table_name = any(:tables) and data_type = any(:texts)
            order by table_name, ordinal_position"""
        ),
        {"tables": list(tables), "texts": list(_TEXTS)},
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def _replace(
    connection: "Connection", table: str, columns: dict[str, str], names: Mapping[str, str], *, dry_run: bool
) -> bool:
    """Rows are found again by their place (ctid): not every table has a key, and they are locked meanwhile."""
    from sqlalchemy import text

    pattern = mention(sorted(names, key=len, reverse=True))
    assert pattern is not None
    held = {f"name{number}": name for number, name in enumerate(names)}
    condition = " or ".join(
        f'position(:{name} in "{column}"::text) > 0' for column in columns for name in held
    )
    texts = ", ".join(f'"{column}"::text' for column in columns)
    lock = "" if dry_run else "for update"
    values = ", ".join(
        f'"{column}" = cast(:c{n} as {kind})' for n, (column, kind) in enumerate(columns.items())
    )
    update = text(f'update "{table}" set {values} where ctid = cast(:place as tid)')
    query = text(f'select ctid::text, {texts} from "{table}" where {condition} {lock}')
    has_changed = False
    with connection.execute(query.execution_options(yield_per=_ROWS), held) as found:
        for rows in found.partitions():
            new = [
                {"place": place} | {f"c{n}": value for n, value in enumerate(replaced)}
                for place, *old in rows
                if (replaced := [_without(value, pattern, names) for value in old]) != old
            ]
            if new and dry_run:
                return True
            if new:
                connection.execute(update, new)
                has_changed = True
    return has_changed


def _without(value: str | None, pattern: re.Pattern[str], names: Mapping[str, str]) -> str | None:
    return value and pattern.sub(lambda found: names[found[0]], value)
