"""Every file below a data folder, decoded: where do some words still stand?"""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

#: The company's own.
OWN = ("inbox", "company")


def files_that_say(data_dir: Path, *words: str) -> list[str]:
    """Names of files, and in them of tables, with one of the words in any value, name or byte."""
    found = set()
    for path in sorted(data_dir.rglob("*")):
        name = path.relative_to(data_dir)
        if path.is_symlink() or not path.is_file() or name.parts[0] in OWN:
            continue
        if any(word in text for text in _texts(path) for word in words):
            found.add(name.as_posix())
    return sorted(found)


def _texts(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    yield path.name
    yield data.decode("utf-8", "replace")
    if path.suffix == ".gz":
        yield gzip.decompress(data).decode("utf-8", "replace")
    elif path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist())
        yield str(pq.read_schema(path).metadata)
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            query = "select schema_name, table_name from duckdb_tables() where not internal"
            for schema, table in connection.execute(query).fetchall():
                yield str(connection.execute(f'from "{schema}"."{table}"').fetchall())
    elif data.startswith(b"SQLite format 3\0"):
        with closing(sqlite3.connect(path)) as connection:
            for (table,) in connection.execute(
                "select name from sqlite_master where type = 'table'"
            ).fetchall():
                yield str(connection.execute(f'select * from "{table}"').fetchall())
