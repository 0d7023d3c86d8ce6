"""dbt's unit tests: the borders of each rule, as SQL. Production builds leave them out."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.pipeline import REPOSITORY, Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]


def test_every_dbt_unit_test_passes(demo_run: Run, tmp_path: Path) -> None:
    """They read the columns of their inputs from a built warehouse, and write nothing."""
    project = REPOSITORY / "dbt_project"
    finished = subprocess.run(
        [REPOSITORY / ".venv/bin/dbt", "test", "--select", "test_type:unit",
         "--project-dir", project, "--profiles-dir", project],
        env={**os.environ, "OPS_DATA_DIR": str(demo_run.data_dir), "DBT_TARGET_PATH": str(tmp_path),
             "DBT_LOG_PATH": str(demo_run.data_dir / "dbt" / "logs"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout[-5000:]
    assert "unit tests" in finished.stdout
