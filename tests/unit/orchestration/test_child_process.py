"""A child ends with its parent, answers in order, and says so when it is gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.child_process import ChildEnded, ChildProcess

DOUBLER = """
from orchestration.child_process import parent
receive, send = parent()
print("noise that is no message", flush=True)
while True:
    send(receive() * 2)
"""
BUSY = """
import time
from orchestration.child_process import end_when_orphaned, parent
receive, send = parent()
receive()
end_when_orphaned()
send("at work")
time.sleep(600)
"""
IMPORTING = """
import time
from orchestration.child_process import end_when_orphaned, parent
receive, send = parent()
end_when_orphaned()
send("at work")
time.sleep(600)
"""
STARTS_BUSY = """
from orchestration.child_process import ChildProcess
child = ChildProcess("busy_child")
child.send("go")
child.receive()
print(child._process.pid, flush=True)
input()
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules children can run."""
    (tmp_path / "doubling_child.py").write_text(DOUBLER)
    (tmp_path / "busy_child.py").write_text(BUSY)
    (tmp_path / "importing_child.py").write_text(IMPORTING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_answers_come_in_order_and_printing_does_not_disturb_them(modules: Path) -> None:
    child = ChildProcess("doubling_child")
    for message in (2, "ab", [1]):
        child.send(message)
    assert [child.receive() for _ in range(3)] == [4, "abab", [1, 1]]
    child.close()


def test_a_child_that_fails_is_named_with_its_exit_code(modules: Path) -> None:
    child = ChildProcess("doubling_child")
    child.send(None)  # None * 2 raises there
    with pytest.raises(ChildEnded, match="exit code 1"):
        child.receive()
    with pytest.raises(ChildEnded):
        child.send("x" * 1_000_000)
    child.close()


def test_a_child_that_was_never_asked_ends_at_once(modules: Path) -> None:
    child = ChildProcess("busy_child")
    began = time.monotonic()
    child.close()
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("busy", ["busy_child", "importing_child"])
def test_a_busy_child_does_not_outlive_a_killed_parent(modules: Path, busy: str) -> None:
    command = [sys.executable, "-c", STARTS_BUSY.replace("busy_child", busy)]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for _ in range(200):
        if not Path(f"/proc/{child}").exists() or _is_zombie(child):
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the child went on without its parent")


def _is_zombie(pid: int) -> bool:
    """Ended, and only waiting for somebody to take note of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
