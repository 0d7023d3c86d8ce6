"""Dagster's SQLite event log with its connections kept open.

Dagster 1.13 opens a new engine and a new connection for each event, two to four times an event: 15 of the
35 seconds that a refresh of 900 events spent in Dagster. Here an engine per shard is kept, so statements stay
compiled and the write-ahead log is not folded back after each event. Dagster hands the 700 events that announce a
run over as batches (DAGSTER_EVENT_BATCH_SIZE); each is one transaction here. What is stored, and where, is the same:
taking `event_log_storage` out of dagster.yaml goes back to the original on the same files. May go when
`SqliteEventLogStorage._connect` keeps its engines; a unit test guards that name.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from dagster import EventLogEntry, StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import SingletonThreadPool

#: Shards (one a run, and the index) whose engines stay open; the UI looks at many runs.
KEPT_ENGINES = 8
BUSY_SECONDS = 60


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """`base_dir` defaults to $DAGSTER_HOME/history/runs, where Dagster's own storage keeps it."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._known_tables: set[str] = set()
        self._batch = threading.local()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> Any:
        from dagster import Field

        return {"base_dir": Field(StringSource, is_required=False)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "KeptSqliteEventLogStorage":
        base_dir = config_value.get("base_dir") or os.path.join(os.environ["DAGSTER_HOME"], "history", "runs")
        return cls(base_dir, inst_data)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """One transaction a shard: when one event cannot be stored none is, and Dagster tries them one by one."""
        with self._db_lock, ExitStack() as transactions:
            self._batch.connections, self._batch.transactions = {}, transactions
            try:
                super().store_event_batch(events)
            finally:
                del self._batch.connections, self._batch.transactions

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        connections = getattr(self._batch, "connections", None)
        if connections is None:
            with self._db_lock, self._transaction(shard) as connection:
                yield connection
        else:
            if shard not in connections:
                connections[shard] = self._batch.transactions.enter_context(self._transaction(shard))
            yield connections[shard]

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        engine = self._engine(shard)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        with engine.connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Asked with every check result; a table that is there stays."""
        if table_name not in self._known_tables and super().has_table(table_name):
            self._known_tables.add(table_name)
        return table_name in self._known_tables

    def _engine(self, shard: str) -> Engine:
        # A run's file may have been deleted, and made anew, behind an open connection.
        engine = self._engines.pop(shard, None)
        if engine is not None and not os.path.exists(self.path_for_shard(shard)):
            engine.dispose()
            engine = None
            self._initialized_dbs.discard(shard)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=SingletonThreadPool,
                connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            )
            # Enough for a write-ahead log: a power cut may take the last events, never the file.
            event.listen(engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal"))
        self._engines[shard] = engine
        while len(self._engines) > KEPT_ENGINES:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def dispose(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()
