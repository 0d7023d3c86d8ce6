"""The writer lock: one process at a time may change what is in a data folder.

`fcntl.flock` on `$OPS_DATA_DIR/.lock`: the kernel frees it when the holder ends, however it ends, so
there is no stale lock to clean up. The file's text says who holds it; it is only information.
A child that also writes (dbt) shares the lock, so that it holds on until a killed run's dbt has ended too.
"""

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

_OF_THIS_PROCESS: dict[Path, "WriterLock"] = {}


class LockHeld(Exception):
    """Another process holds the lock; the message names it in one line."""


class WriterLock:
    """Held from `acquire()` until `release()`; usable as a context manager. Not shared between threads."""

    def __init__(self, data_dir: Path, purpose: str) -> None:
        self.path = Path(data_dir) / ".lock"
        self.purpose = purpose
        self._file: IO[str] | None = None

    @property
    def is_held(self) -> bool:
        return self._file is not None

    def acquire(self) -> "WriterLock":
        """Raises LockHeld at once when another process has it, OSError when the folder is not writable."""
        if self._file is not None:
            return self
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = open(self.path, "a+", encoding="utf-8")  # noqa: SIM115 (stays open while the lock is held)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = describe_holder(file.read())
            file.close()
            raise LockHeld(f"{self.path.parent} is in use by {holder}; wait for it to end") from None
        self._file = file
        _OF_THIS_PROCESS[self.path.resolve()] = self
        self.note()
        return self

    def note(self, run_id: str = "") -> None:
        """Write who holds the lock, for whoever meets it."""
        if self._file is None:
            raise RuntimeError("the lock is not held")
        body = {
            "pid": os.getpid(),
            "purpose": self.purpose,
            "run_id": run_id,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(body))
        self._file.flush()

    def descriptors(self) -> tuple[int]:
        """For `pass_fds` of a child process that also writes: it shares the lock until it ends."""
        if self._file is None:
            raise RuntimeError("the lock is not held")
        return (self._file.fileno(),)

    def release(self) -> None:
        if self._file is not None:
            _OF_THIS_PROCESS.pop(self.path.resolve(), None)
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def __enter__(self) -> "WriterLock":
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


def lock_of_this_process(data_dir: Path) -> WriterLock | None:
    """The lock that this process already holds on the folder: a second flock by the same process would fail."""
    return _OF_THIS_PROCESS.get((Path(data_dir) / ".lock").resolve())


def describe_holder(text: str) -> str:
    """'make refresh (process 4711, run 1a2b3c4d, since ...)' from the text of the lock file."""
    try:
        body = json.loads(text)
        run = f", run {body['run_id'][:8]}" if body["run_id"] else ""
        holder = f"{body['purpose']} (process {body['pid']}{run}, since {body['since']})"
        return (
            holder if is_alive(body["pid"]) else f"the dbt build that {holder} left behind when it was killed"
        )
    except (ValueError, KeyError, TypeError):
        return "another process"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
