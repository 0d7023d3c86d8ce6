"""Somebody who reads what is published while it is replaced."""

import threading
from pathlib import Path

import duckdb


class Readers:
    """A BI tool that never stops asking: notes what it saw, and whatever was not one whole publication."""

    def __init__(self, company: Path) -> None:
        self.published = company / "published"
        self.seen: list[str] = []
        self.torn: list[str] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read_on)

    def __enter__(self) -> "Readers":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _read_on(self) -> None:
        while not self._ended.wait(0.05):
            try:
                self.read()
            except (duckdb.Error, OSError, IndexError) as error:
                self.torn.append(str(error))

    def read(self) -> None:
        """What a publication says of itself must be what lies in it, in both formats."""
        with duckdb.connect(str(self.published / "ops.duckdb"), read_only=True) as connection:
            name, claimed = connection.execute(
                """select publication_id, rows from quality.publications
                order by published_at desc limit 1"""
            ).fetchall()[0]
            tables = connection.execute(
                """select '"' || schema_name || '"."' || table_name || '"' from duckdb_tables()
                where not (schema_name = 'quality' and table_name in ('publications', 'checks'))"""
            ).fetchall()
            counts = " + ".join(f"(select count(*) from {table})" for (table,) in tables)
            found = connection.execute(f"select {counts}").fetchall()[0][0]
        if found != claimed:
            self.torn.append(f"{name}: {claimed} rows claimed, {found} found")
        duckdb.connect().execute(
            "select count(value) from read_parquet(?)",
            [str(self.published / "parquet" / "kpi" / "fct_kpi" / "*.parquet")],
        ).fetchall()
        if not self.seen or self.seen[-1] != name:
            self.seen.append(name)
