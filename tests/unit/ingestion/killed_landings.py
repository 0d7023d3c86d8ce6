"""Lands event files again and again and is killed while it does. `python -m ...killed_landings FOLDER SEED ATTEMPTS`.

Each attempt is a forked process, so that importing costs once; it kills itself at a random moment, or just before or
after a random call that makes something durable. Prints how many attempts were killed.
"""

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder


def file_of_attempt(number: int) -> tuple[str, str]:
    """Name and text: each file repeats events of the one before it and has a broken and a blank line."""
    events = (line(str(event)) for event in range(number * 30, number * 30 + 45))
    return f"app_events/{number:02}.ndjson", lines(*events, "{broken", "")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killing(function: Callable[..., object], moments: list[int], is_before: bool) -> Callable[..., object]:
    """The function; its n-th call of all such functions is the last thing that happens."""

    def wrapped(*arguments: object, **named: object) -> object:
        moments[0] -= 1
        if moments[0] == 0 and is_before:
            kill()
        result = function(*arguments, **named)
        if moments[0] == 0:
            kill()
        return result

    return wrapped


def attempt(company: CompanyFolder, chance: random.Random) -> None:
    if chance.random() < 0.7:
        moments = [chance.randint(1, 14)]
        for name in ("replace", "fsync"):
            setattr(os, name, killing(getattr(os, name), moments, chance.random() < 0.5))
    else:
        threading.Timer(chance.uniform(0, 0.3), kill).start()
    company.accept(pull(company.settings))


def main(folder: Path, seed: int, attempts: int) -> int:
    company, chance, killed = CompanyFolder(folder), random.Random(seed), 0
    for number in range(attempts):
        os.utime(company.put(*file_of_attempt(number)), (number + 1, number + 1))
        seed_of_attempt = chance.random()
        process = os.fork()
        if process == 0:
            attempt(company, random.Random(seed_of_attempt))
            os._exit(0)
        killed += os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
    print(killed)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
