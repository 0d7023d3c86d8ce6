"""The production instance file on a real PostgreSQL: runs, events and schedules are there, and nowhere else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests.integration.pipeline import REPOSITORY
from tests.integration.postgresql_server import postgresql

#: A run of a source that has nothing to bring, its check included.
_WORK = """
import dagster as dg
from orchestration.dbt_manifest import prepare_manifest
from orchestration.environment import prepare_environment
prepare_environment()
prepare_manifest()
from orchestration.definitions import defs
with dg.DagsterInstance.get() as instance:
    repository = defs().get_repository_def()
    workbook = repository.assets_defs_by_key[dg.AssetKey(["raw", "ops_workbook", "apps"])]
    run = dg.materialize([workbook], instance=instance)
    assert run.success
print(run.run_id)
"""


@pytest.fixture
def url() -> Iterator[str]:
    with postgresql() as (address, _):
        yield address


def test_runs_events_and_checks_are_in_postgresql(url: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _WORK],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "OPS_DATA_DIR": str(tmp_path),
            "DAGSTER_HOME": str(tmp_path / "dagster"),
            "DBT_TARGET_PATH": str(tmp_path / "dbt"),
            "OPS_DAGSTER_YAML": "docs/production/dagster.yaml",
            "OPS_DAGSTER_POSTGRES_URL": url,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    run_id = ended.stdout.split()[-1]
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection, connection.cursor() as cursor:
        cursor.execute("select status from runs where run_id = %s", [run_id])
        assert cursor.fetchall() == [("SUCCESS",)]
        cursor.execute(
            "select count(*) from event_logs where run_id = %s and dagster_event_type in"
            " ('ASSET_MATERIALIZATION', 'ASSET_CHECK_EVALUATION')",
            [run_id],
        )
        (count,) = cursor.fetchone() or (0,)
        assert count > 10
        cursor.execute("select count(*) from jobs")  # the schedule storage has its tables here too
    assert not list((tmp_path / "dagster" / "history").rglob("*.db"))
    assert not list((tmp_path / "dagster").rglob("schedules.db"))
