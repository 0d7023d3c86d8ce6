"""Items made in a thread come in order, no more than two at a time, and errors come at their place."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from ingestion.ahead import ahead


def test_all_items_in_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))
    assert list(ahead(iter([]))) == []


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="broken"):
        next(found)


def test_one_is_made_in_advance_and_a_caller_that_stops_ends_the_thread() -> None:
    made: list[int] = []
    threads = threading.active_count()
    with closing(ahead(made.append(n) or n for n in range(100))) as items:  # type: ignore[func-returns-value]
        assert next(items) == 0
        deadline = time.monotonic() + 5
        while len(made) < 2 and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.02)
        assert made == [0, 1]
    assert threading.active_count() == threads
