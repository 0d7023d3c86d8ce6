"""The writer lock: one process at a time, named to whoever meets it, freed however its holder ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.lock import LockHeld, WriterLock, describe_holder, lock_of_this_process

HOLD = """
import sys, time
from pathlib import Path
from orchestration.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]), "make refresh").acquire()
lock.note("1a2b3c4d-rest")
print("held", flush=True)
time.sleep(60)
"""

HOLD_AND_SHARE = """
import subprocess, sys, time
from pathlib import Path
from orchestration.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]), "make refresh").acquire()
command = [sys.executable, "-c", "import time; time.sleep(60)"]
child = subprocess.Popen(command, pass_fds=lock.descriptors())
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that holds the lock of tmp_path."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_told_at_once_who_holds_it(tmp_path: Path, holder: subprocess.Popen) -> None:
    with pytest.raises(LockHeld, match=rf"make refresh \(process {holder.pid}, run 1a2b3c4d, since 20"):
        WriterLock(tmp_path, "make run").acquire()


def test_a_killed_holder_leaves_no_stale_lock(tmp_path: Path, holder: subprocess.Popen) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with WriterLock(tmp_path, "make run") as lock:
        assert lock.is_held


def test_the_process_finds_the_lock_it_holds(tmp_path: Path) -> None:
    assert lock_of_this_process(tmp_path) is None
    with WriterLock(tmp_path, "make run") as lock:
        assert lock_of_this_process(tmp_path) is lock
    assert lock_of_this_process(tmp_path) is None


def test_it_can_be_taken_again_after_release(tmp_path: Path) -> None:
    for _ in range(2):
        with WriterLock(tmp_path, "make run"):
            pass


def test_a_killed_holders_child_keeps_the_lock_they_share(tmp_path: Path) -> None:
    """dbt goes on writing for a while when its refresh is killed: until then nobody else may begin."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_AND_SHARE, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    try:
        with pytest.raises(
            LockHeld, match=rf"the dbt build that make refresh \(process {process.pid}, .* left"
        ):
            WriterLock(tmp_path, "make run").acquire()
    finally:
        os.kill(child, signal.SIGKILL)
    for _ in range(100):
        try:
            WriterLock(tmp_path, "make run").acquire().release()
            break
        except LockHeld:
            time.sleep(0.05)
    else:
        pytest.fail("the lock was not freed")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_an_unreadable_note_is_another_process(text: str) -> None:
    assert describe_holder(text) == "another process"
