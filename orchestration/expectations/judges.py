"""Great Expectations in a process of its own: its import (5 s) runs on the second core, once a run.

`python -m orchestration.expectations.judges` is that process: it receives (suite name, frames) and sends a Judgement,
or the ExpectationRaised.
"""

from contextlib import suppress

from orchestration.child_process import ChildProcess, end_when_orphaned, parent
from orchestration.expectations.runner import ExpectationRaised, judge, loaded
from orchestration.expectations.suite import Frame, Judgement


class Judges:
    """At most one such process of this process."""

    _child: ChildProcess | None = None

    @classmethod
    def start(cls) -> None:
        """Begin the import; `judge` does it by itself when it was not done before."""
        if cls._child is None:
            cls._child = ChildProcess("orchestration.expectations.judges")

    @classmethod
    def judge(cls, suite_name: str, frames: list[Frame]) -> Judgement:
        """As `runner.judge`. Raises ExpectationRaised, ChildEnded."""
        if not any(frame.expectations and len(frame.rows) for frame in frames):
            return judge(suite_name, frames)  # nothing to evaluate: imports nothing
        cls.start()
        assert cls._child is not None
        cls._child.send((suite_name, frames))
        answer = cls._child.receive()
        if isinstance(answer, ExpectationRaised):
            raise answer
        return answer

    @classmethod
    def close(cls) -> None:
        if cls._child:
            cls._child.close()
            cls._child = None


def main() -> None:
    receive, send = parent()
    end_when_orphaned()
    loaded()
    while True:
        suite_name, frames = receive()
        try:
            send(judge(suite_name, frames))
        except ExpectationRaised as error:
            send(error)


if __name__ == "__main__":
    with suppress(EOFError):  # nothing more to judge
        main()
