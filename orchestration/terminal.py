"""Keeps the terminal for the person: everything that libraries and dbt print goes to a log file of the run."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

#: Log files of earlier runs that stay.
KEPT_LOGS = 20


@dataclass(frozen=True)
class Terminal:
    """What the person sees, and where the rest went."""

    output: TextIO
    log: Path


@contextmanager
def quiet_terminal(data_dir: Path) -> Iterator[Terminal]:
    """Point file descriptors 1 and 2 at a new log while the block runs, subprocesses included."""
    folder = data_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("refresh-*.log"))[:-KEPT_LOGS]:
        old.unlink()
    log = folder / f"refresh-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z.log"
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace") as output, open(log, "ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield Terminal(output, log)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, descriptor in enumerate(kept, start=1):
                os.dup2(descriptor, number)
                os.close(descriptor)
