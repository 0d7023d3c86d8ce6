"""`make audit` over the demo company's warehouse: it passes, and finds an event that counts twice."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.integration.pipeline import Run, make

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]


def test_the_audit_finds_an_event_that_counts_twice(demo_run: Run, tmp_path: Path) -> None:
    shutil.copyfile(demo_run.data_dir / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    (tmp_path / "raw").symlink_to(demo_run.data_dir / "raw")
    sound = make("audit", tmp_path)
    assert sound.returncode == 0, sound.output
    assert "every check holds" in sound.output
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(
            "insert into intermediate.int_kept_events from (from intermediate.int_kept_events limit 1)"
        )
    found = make("audit", tmp_path)
    assert found.returncode != 0
    assert "assert_every_event_counts_once" in found.output
