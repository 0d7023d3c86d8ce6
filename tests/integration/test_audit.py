"""`make audit` over the demo warehouse: it passes, and finds an event that counts twice and one that is lost."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.integration.pipeline import Run, make

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]


def test_the_audit_finds_an_event_that_counts_twice_and_one_that_is_lost(
    demo_run: Run, tmp_path: Path
) -> None:
    shutil.copyfile(demo_run.data_dir / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    (tmp_path / "raw").symlink_to(demo_run.data_dir / "raw")
    sound = make("audit", tmp_path)
    assert sound.returncode == 0, sound.output
    assert "every check holds" in sound.output
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        first, second = connection.execute(
            "select event_id from intermediate.int_kept_events order by event_id limit 2"
        ).fetchall()
        kept = "intermediate.int_kept_events"
        connection.execute(f"insert into {kept} from {kept} where event_id = ?", first)
        connection.execute(f"delete from {kept} where event_id = ?", second)
    found = make("audit", tmp_path)
    assert found.returncode != 0
    assert "unique_grain_int_events" in found.output
    assert "assert_every_event_counts_once" in found.output
