"""The frame of every command that changes the data folder: its environment, the writer lock, one line of outcome."""

import sys
from collections.abc import Callable

import duckdb

from ingestion.errors import SourceError
from ingestion.settings import Settings
from orchestration.environment import prepare_environment
from orchestration.lock import LockHeld, WriterLock


def change(command: str, act: Callable[[Settings], str]) -> int:
    """Print what `act` says and return 0; or, on one line of standard error, what a person can mend, and return 1."""
    try:
        data_dir = prepare_environment()
        settings = Settings.from_environment()
        with WriterLock(data_dir, command):
            said = act(settings)
    except (SourceError, LockHeld, OSError, duckdb.IOException) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    print(said)
    return 0
