"""Work on a folder that is killed before each act by which something lasts, one after the other."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def killed(act: int, work: Callable[[], object]) -> bool:
    """Do it in a fork that gets a SIGKILL before that call by which something lasts; whether it was killed."""
    process = os.fork()
    if process == 0:
        done = 0

        def watch(frame: Any, kind: str, function: Any) -> None:
            nonlocal done
            if (
                kind == "c_call"
                and function.__name__ in ("fsync", "replace", "unlink")
                and "os" in str(getattr(function, "__module__", ""))
            ):
                done += 1
                if done == act:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(watch)
            work()
            os._exit(0)
        finally:  # an error must not go on as a second run of the tests
            os._exit(1)
    ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


def until_it_lives(landed: Path, tmp_path: Path, work: Callable[[Path], object], step: int = 1) -> list[Path]:
    """A copy of the folder for each act that the work was killed before; the last one lived."""
    left = []
    for act in range(1, 200, step):
        left.append(shutil.copytree(landed, tmp_path / str(act)))
        if not killed(act, lambda folder=left[-1]: work(folder)):  # type: ignore[misc]
            return left
    raise AssertionError("it never came to an end")
