"""Scratch folders below the data folder. What a killed process left is removed by the next one that needs scratch.

Each folder has a lock file beside it, which the kernel frees when its process ends in whatever way.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

FOLDER = ".scratch"


@contextmanager
def scratch_folder(data_dir: Path, purpose: str) -> Iterator[Path]:
    """An empty folder on the disk of the data folder, removed at the end."""
    parent = Path(data_dir) / FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    sweep(data_dir)
    folder = parent / f"{purpose}-{os.getpid()}-{secrets.token_hex(4)}"
    lock = _locked(folder.with_suffix(".lock"))
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".lock").unlink(missing_ok=True)
        os.close(lock)


@contextmanager
def scratch_connection(data_dir: Path, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in UTC that holds 1.5 GB and spills the rest below the data folder, not where the process was started."""
    with (
        scratch_folder(data_dir, purpose) as folder,
        duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "memory_limit": "1500MB",
                "temp_directory": str(folder),
            }
        ) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        yield connection


@contextmanager
def small_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in UTC for queries that stream or hold little: it writes nothing to any disk."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "temp_directory": ""}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def sweep(data_dir: Path) -> list[Path]:
    """Remove the folders of processes that are gone; returns them."""
    removed = []
    for path in sorted((Path(data_dir) / FOLDER).glob("*.lock")):
        try:
            lock = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
            removed.append(path.with_suffix(""))
        finally:
            os.close(lock)
    return removed


def _locked(path: Path) -> int:
    """A lock file that is ours and still there: another process may sweep it before it is locked."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists() and os.fstat(lock).st_ino == path.stat().st_ino:
            return lock
        os.close(lock)
