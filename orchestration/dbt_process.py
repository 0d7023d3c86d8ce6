"""The one dbt process of a run, from this side: started early, so that it has read the project when it is asked.

On two cores dbt's imports and its manifest (3–5 s) cost nothing while data is landed. The process holds the writer
lock for as long as it lives, and it dies with this one.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.lock import WriterLock

_PLACES = ("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR))
#: dbt's own log keeps results and errors; every statement is in target/run. At debug it costs a tenth of a build.
_LOGS = ("--log-level", "info", "--log-level-file", "info", "--no-use-colors")


#: Time to close the warehouse after the last result.
GRACE_SECONDS = 30


class DbtFailed(Exception):
    """dbt ended before it could build: the message is its own, on one line."""


class DbtProcess:
    """Takes one command. Not shared between threads."""

    def __init__(self, lock: WriterLock) -> None:
        self._is_asked = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.dbt_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=lock.descriptors(),
            encoding="utf-8",
        )

    def invoke(self, arguments: Sequence[str]) -> Iterator[dict[str, Any]]:
        """dbt's result events, as its structured log has them. Raises DbtFailed."""
        self._is_asked = True
        self._answer("manifest")
        stdin = self._process.stdin
        if stdin is None:
            raise RuntimeError("the process has no standard input")
        stdin.write(json.dumps([*_LOGS, *arguments, *_PLACES]) + "\n")
        stdin.flush()
        while True:
            answer = self._read()
            if "event" not in answer:
                break
            yield answer["event"]
        if answer["done"] is not None:
            raise DbtFailed(answer["done"])

    def close(self) -> None:
        """End it, whatever it does. A build that was under way leaves the warehouse as a kill would."""
        if self._process.stdin:
            self._process.stdin.close()
        if not self._is_asked:
            self._process.kill()
        try:
            self._process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _answer(self, name: str) -> None:
        error = self._read()[name]
        if error is not None:
            raise DbtFailed(error)

    def _read(self) -> dict[str, Any]:
        stdout = self._process.stdout
        line = stdout.readline() if stdout else ""
        if not line:
            raise DbtFailed(f"the dbt process ended (exit code {self._process.wait()}): see the run's log")
        return json.loads(line)
