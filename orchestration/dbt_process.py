"""The one dbt process of a run, from this side: started early, so that it has read the project when it is asked.

On two cores dbt's imports and its manifest (3–5 s) cost nothing while data is landed. The process holds the writer
lock for as long as it lives, and it dies with this one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from orchestration.child_process import ChildEnded, ChildProcess
from orchestration.lock import WriterLock


class DbtFailed(Exception):
    """dbt ended before it could build: the message is its own, on one line."""


class DbtProcess:
    """Takes one command. Not shared between threads."""

    def __init__(self, lock: WriterLock) -> None:
        self._child = ChildProcess("orchestration.dbt_worker", lock.descriptors())

    def invoke(self, arguments: Sequence[str]) -> Iterator[tuple[dict[str, Any], int | None]]:
        """dbt's result events, as its structured log has them, each with the rows of its table. Raises DbtFailed."""
        try:
            self._raise(self._child.receive())
            self._child.send(list(arguments))
            while isinstance(answer := self._child.receive(), tuple):
                yield answer
            self._raise(answer)
        except ChildEnded as error:
            raise DbtFailed(str(error)) from None

    def close(self) -> None:
        """End it, whatever it does. A build that was under way leaves the warehouse as a kill would."""
        self._child.close()

    def _raise(self, error: str | None) -> None:
        if error is not None:
            raise DbtFailed(error)


class EarlyDbt:
    """A dbt process that was started before there was a run to use it."""

    _process: DbtProcess | None = None

    @classmethod
    def start(cls, lock: WriterLock) -> None:
        cls._process = DbtProcess(lock)

    @classmethod
    def take(cls, lock: WriterLock) -> DbtProcess:
        """The process that waits, once; else a new one."""
        process, cls._process = cls._process or DbtProcess(lock), None
        return process

    @classmethod
    def close(cls) -> None:
        if cls._process:
            cls._process.close()
            cls._process = None
