"""A person out of everything else that a run wrote: reports, logs, the manifest's words, Dagster's history."""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from ingestion.erasure.erased_list import FOLDER
from ingestion.erasure.person_rows import mention
from ingestion.manifest import move_into_place

#: The company's own files, what is rewritten elsewhere, and what holds no word of anybody.
_NOT_HERE = ("inbox", "company", FOLDER, "secrets", ".scratch", "published/current")
_ELSEWHERE = (".parquet", ".duckdb")
#: Made anew when they are missing.
_CACHES = ("dbt/", "dagster/storage/", "raw/_manifest/.checkpoint")
_SQLITE = b"SQLite format 3\0"


def erase_texts(data_dir: Path, names: Mapping[str, str], *, dry_run: bool) -> tuple[list[str], list[str]]:
    """(files that changed, files that name the person and cannot be changed), relative to the data folder."""
    pattern = mention(sorted(names, key=len, reverse=True))
    assert pattern is not None
    changed, left = [], []
    for path in _files(data_dir):
        name = path.relative_to(data_dir).as_posix()
        with open(path, "rb") as file:
            is_sqlite = file.read(len(_SQLITE)) == _SQLITE
        if is_sqlite:
            if _rewrite_sqlite(path, pattern, names, dry_run=dry_run):
                changed.append(name)
            continue
        data = path.read_bytes()
        if not any(each.encode() in data for each in names):
            continue
        if b"\0" in data:
            if not name.startswith(_CACHES):
                left.append(name)
                continue
            changed.append(name)
            if not dry_run:
                path.unlink()
            continue
        text = data.decode("utf-8", "surrogateescape")
        new = pattern.sub(lambda found: names[found[0]], text)
        if new != text:
            changed.append(name)
            if not dry_run:
                _write(path, new.encode("utf-8", "surrogateescape"))
    return changed, left


def _files(data_dir: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(data_dir):
        inside = Path(folder).relative_to(data_dir)
        folders[:] = sorted(name for name in folders if (inside / name).as_posix() not in _NOT_HERE)
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink() and not name.endswith((*_ELSEWHERE, "-wal", "-shm")):
                yield path


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.rewriting")
    temporary.write_bytes(data)
    temporary.chmod(path.stat().st_mode & 0o777)
    move_into_place(temporary, path)


def _rewrite_sqlite(path: Path, pattern: re.Pattern[str], names: Mapping[str, str], *, dry_run: bool) -> bool:
    """Every text of every table; then the file is written anew, since SQLite only forgets where a deleted text was."""
    changed = False
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        connection.create_function(
            "without", 1, lambda text: pattern.sub(lambda found: names[found[0]], text), deterministic=True
        )
        tables = [
            name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
        ]
        for table in (table for table in tables if not table.startswith("sqlite_")):
            for _, column, *_ in connection.execute(f'pragma table_info("{table}")').fetchall():
                named = " or ".join([f'instr("{column}", ?) > 0'] * len(names))
                condition = (
                    f'typeof("{column}") = \'text\' and ({named}) and without("{column}") <> "{column}"'
                )
                if dry_run:
                    query = f'select 1 from "{table}" where {condition} limit 1'
                    changed |= bool(connection.execute(query, list(names)).fetchall())
                    continue
                update = f'update "{table}" set "{column}" = without("{column}") where {condition}'
                changed |= connection.execute(update, list(names)).rowcount > 0
        connection.commit()
        # Also where an erasure was killed when it had replaced the text and not yet the file.
        data = b"" if dry_run else path.read_bytes()
        if (changed and not dry_run) or any(name.encode() in data for name in names):
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    return changed
