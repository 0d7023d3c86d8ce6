"""One real pipeline run a family of tests: xdist keeps each family on one worker (`--dist loadgroup`)."""

from pathlib import Path

import pytest

from tests.integration.pipeline import Run, make

#: Small enough for two slow cores, long enough for monthly periods, day-30 cells and the activity.
DEMO_SIZE = {"OPS_DEMO_USERS": "900", "OPS_DEMO_DAYS": "75"}


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`make run` of a small demo company."""
    data_dir: Path = tmp_path_factory.mktemp("demo_company")
    run = make("run", data_dir, folder=data_dir / "demo", **DEMO_SIZE)
    assert run.returncode == 0, run.output[-6000:]
    return run
