"""`make dev`: one Dagster for one DAGSTER_HOME."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.settings import ConfigurationError
from orchestration.dev import stay_alone

BECOMES_ANOTHER = """
import os, sys
from pathlib import Path
from orchestration.dev import stay_alone
stay_alone(Path(sys.argv[1]), "http://127.0.0.1:3000")
os.execv(sys.executable, [sys.executable, "-c", "print('runs', flush=True); input()"])
"""


def test_a_second_one_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", BECOMES_ANOTHER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert first.stdout is not None
    try:
        assert first.stdout.readline() == "runs\n"
        with pytest.raises(ConfigurationError, match=r"already: open http://127[.]0[.]0[.]1:3000, end it"):
            stay_alone(tmp_path, "http://127.0.0.1:3001")
    finally:
        first.kill()
        first.communicate()
    stay_alone(tmp_path, "http://127.0.0.1:3001")
    assert (tmp_path / "dev.lock").read_text("utf-8") == "http://127.0.0.1:3001"
