"""A process of its own for a library that takes seconds to import: both sides of a pipe that carries pickles.

Started early, it imports on the second core while this process does something else. It ends with its parent,
however that ends: its standard input ends then.
"""

import os
import pickle
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

#: Time to close files after the last answer.
GRACE_SECONDS = 30


class ChildEnded(Exception):
    """The child is gone without an answer: killed, out of memory, or its own traceback is in the run's log."""


class ChildProcess:
    """`python -m <module>`, whose `main` speaks through `parent()`. Not shared between threads."""

    def __init__(self, module: str, descriptors: Sequence[int] = ()) -> None:
        self._was_asked = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tuple(descriptors),
        )

    def send(self, message: Any) -> None:
        """Raises ChildEnded."""
        self._was_asked = True
        try:
            pickle.dump(message, self._process.stdin)  # type: ignore[arg-type]
            self._process.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            raise ChildEnded(self._last_words()) from None

    def receive(self) -> Any:
        """The next message, waited for. Raises ChildEnded."""
        try:
            return pickle.load(self._process.stdout)  # type: ignore[arg-type]
        except (EOFError, pickle.UnpicklingError):
            raise ChildEnded(self._last_words()) from None

    def close(self) -> None:
        """End it, at once when it was never asked anything."""
        if self._process.stdin:
            with suppress(BrokenPipeError):  # it is gone already
                self._process.stdin.close()
        if not self._was_asked:
            self._process.kill()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _last_words(self) -> str:
        return f"its process ended (exit code {self._process.wait()}): see the run's log"


def parent() -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """In the child: `receive` (raises EOFError when the parent has nothing more) and `send`.

    What is printed goes where standard error goes, so that nothing but messages is in the pipe.
    """
    answers, questions = os.fdopen(os.dup(1), "wb"), sys.stdin.buffer
    os.dup2(2, 1)

    def send(message: Any) -> None:
        pickle.dump(message, answers)
        answers.flush()

    return lambda: pickle.load(questions), send


def end_when_orphaned() -> None:
    """In the child, before anything long: end as soon as the parent is gone, or has closed the pipe of its questions.

    Only for a child whose parent waits for each answer: nobody would read what it is still working on.
    """
    ended = select.poll()
    ended.register(sys.stdin.fileno(), select.POLLHUP)

    def wait() -> None:
        while not any(events & (select.POLLHUP | select.POLLERR) for _, events in ended.poll()):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
