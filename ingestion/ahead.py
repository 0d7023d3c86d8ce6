"""Work ahead: the next item of an iterator is made in a thread while the one before is used."""

import threading
from collections.abc import Generator, Iterator
from queue import SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Generator[Item]:
    """The same items in order, one of them made in advance: two are there at a time, never three.

    An exception of `items` is raised at its place. When the caller stops early, so does the thread, after its item.
    """
    made: SimpleQueue[tuple[Item | None, BaseException | None]] = SimpleQueue()
    wanted, is_over = threading.Semaphore(1), threading.Event()

    def make() -> None:
        try:
            while True:
                wanted.acquire()
                if is_over.is_set():
                    return
                made.put((next(items), None))
        except BaseException as error:  # noqa: BLE001 (raised in the caller's thread)
            made.put((None, error))

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = made.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            wanted.release()
            yield item  # type: ignore[misc]
            del item
    finally:
        is_over.set()
        wanted.release()
        thread.join()
