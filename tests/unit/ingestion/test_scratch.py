"""Scratch is below the data folder; what a killed process left goes with the next landing, what is in use stays."""

import subprocess
import sys
from pathlib import Path

from ingestion.scratch import FOLDER, scratch_folder, sweep
from tests.unit.ingestion.test_landing import land

REPOSITORY = Path(__file__).resolve().parents[3]
KILLED = """
import os, signal, sys, pathlib
from ingestion.scratch import scratch_folder
with scratch_folder(pathlib.Path(sys.argv[1]), "landing") as folder:
    (folder / "spilled").write_bytes(b"x" * 1000)
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_landing_leaves_scratch_that_the_next_one_removes(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    left = Path(answer.stdout.strip())
    assert (left / "spilled").exists()
    with scratch_folder(tmp_path, "landing") as mine:
        assert not left.exists()
        (mine / "spilled").touch()
        land(tmp_path, [{"thing_id": "a"}])
        assert (mine / "spilled").exists()
        assert sweep(tmp_path) == []
    assert list((tmp_path / FOLDER).iterdir()) == []
