"""A publication that ends before any act by which it touches the disk leaves the last good version."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.unit.orchestration.published_folder import build, make_folder, publish_folder, what_readers_see

#: Functions in C by which files get another name, and by which anything else changes (DuckDB writes in `execute`).
NAMING = frozenset({"rename", "replace", "symlink"})
OTHERS = frozenset({"execute", "close", "fsync", "open", "write", "unlink", "remove", "rmdir", "mkdir"})


def _publish(data_dir: Path, acts: frozenset[str], stop_before: int | None) -> None:
    """Publish; get a SIGKILL before that act, or without one a SIGSTOP before each."""
    done = 0

    def watch(frame: Any, event: str, function: Any) -> None:
        nonlocal done
        if event == "c_call" and function.__name__ in acts:
            done += 1
            if stop_before is None:
                os.kill(os.getpid(), signal.SIGSTOP)
            elif done == stop_before:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    publish_folder(data_dir)
    sys.setprofile(None)
    os._exit(0)


def _start(data_dir: Path, acts: frozenset[str], stop_before: int | None) -> int:
    """The process id of a fork that publishes."""
    process = multiprocessing.get_context("fork").Process(target=_publish, args=(data_dir, acts, stop_before))
    process.start()
    assert process.pid is not None
    return process.pid


def test_between_any_two_acts_readers_see_one_whole_version(tmp_path: Path) -> None:
    make_folder(tmp_path)
    for number in range(1, 5):  # so many that there is an old version to remove
        build(tmp_path, number)
        publish_folder(tmp_path)
    build(tmp_path, 5)
    pid, seen = _start(tmp_path, NAMING | OTHERS, None), list[int | None]()
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            break
        seen.append(what_readers_see(tmp_path))
        os.kill(pid, signal.SIGCONT)
    assert status == 0
    assert len(seen) > 100, "nearly nothing was watched"
    assert seen == sorted(seen)  # type: ignore[type-var]
    assert set(seen) == {4, 5}
    assert what_readers_see(tmp_path) == 5


def test_after_a_kill_before_any_renaming_the_next_publication_is_whole(tmp_path: Path) -> None:
    """One folder is harmed throughout: what one killed publication leaves, the next ones must cope with."""
    make_folder(tmp_path)
    number, act, status = 1, 0, -1
    seen = list[int | None]()
    while status != 0:
        act += 1
        _, status = os.waitpid(_start(tmp_path, NAMING, act), 0)
        assert status in (0, signal.SIGKILL)
        seen.append(what_readers_see(tmp_path))
        if seen[-1] == number or act % 5 == 0:
            publish_folder(tmp_path)
            assert what_readers_see(tmp_path) == number
            number += 1
            build(tmp_path, number)
    assert act > 8, "nearly nothing was watched"
    assert seen[0] is None
    publish_folder(tmp_path)
    versions = sorted(path.name for path in (tmp_path / "published" / "versions").iterdir())
    assert len(versions) <= 3
    assert [path for path in (tmp_path / "published").rglob(".*") if path.is_dir()] == []
