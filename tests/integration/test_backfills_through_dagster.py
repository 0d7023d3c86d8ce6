"""Backfills launched in Dagster, ranges in any order, overlapping, one twice: after a refresh every published table is
what one refresh from scratch gives.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.integration import ad_company
from tests.integration.ad_company import ACCOUNTS, AS_OF, DAYS
from tests.integration.pipeline import REPOSITORY, Run, make

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("backfills")]

#: Each range is one run over the daily tables of all platforms, as the UI launches it.
_LAUNCH = """
import sys
import dagster as dg
from orchestration.dbt_manifest import prepare_manifest
from orchestration.environment import prepare_environment
prepare_environment()
prepare_manifest()
from ingestion.sources.ad_accounts.platforms import PLATFORMS
from orchestration.definitions import defs
keys = [dg.AssetKey(["raw", platform.source, "ad_performance"]) for platform in PLATFORMS]
job = defs().resolve_implicit_global_asset_job_def()
with dg.DagsterInstance.get() as instance:
    for first, last in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        run = job.execute_in_process(asset_selection=keys, instance=instance, tags=tags)
        assert run.success, run.run_id
    for key in keys:
        print(key.path[1], *sorted(instance.get_materialized_partitions(key)))
"""
Ranges = Sequence[tuple[date, date]]
FORWARDS: Ranges = [(DAYS[0], DAYS[2]), (DAYS[2], DAYS[4]), (DAYS[5], DAYS[6])]
#: Backwards, with a day that was asked already, and one range twice.
BACKWARDS: Ranges = [(DAYS[4], DAYS[6]), (DAYS[1], DAYS[1]), (DAYS[4], DAYS[6]), (DAYS[0], DAYS[3])]


def backfill(data_dir: Path, ranges: Ranges) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", _LAUNCH, *(day.isoformat() for days in ranges for day in days)],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "OPS_DATA_DIR": str(data_dir),
            "OPS_AS_OF": AS_OF.isoformat(),
            "DAGSTER_HOME": str(data_dir / "dagster"),
            "DBT_TARGET_PATH": str(data_dir / "dbt" / "target"),
            "DBT_LOG_PATH": str(data_dir / "dbt" / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


def refreshed(data_dir: Path, ranges: Ranges = ()) -> Run:
    """The company after its backfills and one refresh."""
    ad_company.write_company(data_dir)
    if ranges:
        told = [line.split() for line in backfill(data_dir, ranges).splitlines() if line.startswith(SOURCES)]
        covered = {day.isoformat() for first, last in ranges for day in DAYS if first <= day <= last}
        assert {source for source, *_ in told} == set(SOURCES)
        assert all(covered == set(days) for _, *days in told), "the UI shows which days are there"
    finished = make("refresh", data_dir, OPS_AS_OF=AS_OF.isoformat())
    assert finished.returncode == 0, finished.output[-6000:]
    return finished


SOURCES = tuple(account.platform.source for account in ACCOUNTS)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return refreshed(tmp_path_factory.mktemp("scratch"))


@pytest.mark.parametrize("ranges", [FORWARDS, BACKWARDS], ids=["forwards", "backwards"])
def test_backfills_in_any_order_end_in_the_tables_of_a_rebuild(
    scratch: Run, tmp_path: Path, ranges: Ranges
) -> None:
    backfilled = refreshed(tmp_path, ranges)
    with duckdb.connect() as connection:
        for name, run in (("once", scratch), ("parts", backfilled)):
            connection.execute(f"attach '{run.data_dir / 'published' / 'ops.duckdb'}' as {name} (read_only)")
        tables = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'once'"
            " and schema_name in ('marts', 'kpi') order by 1"
        ).fetchall()
        assert len(tables) > 40
        different = {
            table: counts
            for (table,) in tables
            if any(
                counts := connection.sql(
                    f"select (select count(*) from (from once.{table} except all from parts.{table})),"
                    f" (select count(*) from (from parts.{table} except all from once.{table}))"
                ).fetchall()[0]
            )
        }
        (rows,) = connection.sql("select count(*) from parts.marts.fct_ad_performance").fetchall()[0]
    assert different == {}
    assert rows > len(DAYS) * len(SOURCES)
