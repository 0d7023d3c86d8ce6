"""The loaded definitions: what a data engineer finds in the Dagster UI, and what starts by itself."""

import json
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from orchestration.column_lineage import prepare_lineage
from orchestration.definitions import defs
from orchestration.graph_rules import broken_rules
from orchestration.publication.public_tables import public_tables
from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]


@pytest.fixture(autouse=True)
def environment(demo_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `make dev DEMO=1` sets it."""
    as_of = json.loads((demo_run.data_dir / "company" / "demo.json").read_text("utf-8"))["as_of"]
    monkeypatch.setenv("OPS_DATA_DIR", str(demo_run.data_dir))
    monkeypatch.setenv("OPS_AS_OF", as_of)
    monkeypatch.setenv("DBT_TARGET_PATH", str(demo_run.target_path))


@pytest.fixture
def definitions(environment: None) -> dg.Definitions:
    return defs()


@pytest.fixture
def manifest(demo_run: Run) -> dict[str, Any]:
    return json.loads((demo_run.target_path / "manifest.json").read_text("utf-8"))


def test_every_asset_and_check_says_what_it_is(definitions: dg.Definitions) -> None:
    assert list(broken_rules(definitions)) == []


def test_every_dbt_source_is_an_asset_of_its_own(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    """A source that no asset brings would be shown as a stub, and nothing upstream of it would ever run."""
    graph = definitions.resolve_asset_graph()
    for source in manifest["sources"].values():
        key = dg.AssetKey(source["config"]["meta"]["dagster"]["asset_key"])
        assert graph.has(key), source["unique_id"]
        assert (key in graph.materializable_asset_keys) == (key.path[0] == "raw"), source["unique_id"]
        assert "dagster/auto_created_stub_asset" not in graph.get(key).metadata, source["unique_id"]


def test_every_public_table_is_upstream_of_the_publication(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    graph = definitions.resolve_asset_graph()
    public = {dg.AssetKey([table.schema, table.name]) for table in public_tables(manifest)}
    assert len(public) > 20
    for name in ("publications", "checks"):
        assert public <= graph.get(dg.AssetKey(["quality", name])).parent_keys


def test_every_raw_table_has_a_staging_model(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    raw = {key for key in graph.materializable_asset_keys if key.path[0] == "raw"}
    assert [key for key in raw if not graph.get(key).child_keys] == []


def test_the_job_runs_every_asset_and_every_check(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    layer = definitions.resolve_job_def("refresh").asset_layer
    assert layer.executable_asset_keys == graph.materializable_asset_keys
    assert set(layer.asset_graph.asset_check_keys) == set(graph.asset_check_keys)


def test_the_schedule_asks_for_a_run_named_after_the_last_complete_day(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("daily_refresh")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    # Google's account counts its days in Los Angeles: 8:00 there is 23:00.
    assert schedule.cron_schedule == ["0 8 * * *", "0 23 * * *"]
    assert schedule.execution_timezone == "Asia/Shanghai"
    at = datetime(2026, 4, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    tick = schedule.evaluate_tick(
        dg.build_schedule_context(
            repository_def=definitions.get_repository_def(), scheduled_execution_time=at
        )
    )
    assert tick.run_requests is not None
    assert [request.partition_key for request in tick.run_requests] == ["2026-03-31"]


def test_the_sensor_says_quickly_that_there_is_nothing_to_do(definitions: dg.Definitions) -> None:
    sensor = definitions.resolve_sensor_def("inbox_has_new_files")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, definitions=definitions)
        started = time.monotonic()
        answer = sensor(context)
        took = time.monotonic() - started
    assert isinstance(answer, dg.SkipReason)
    assert answer.skip_message == "no new file in the inbox"
    assert took < 5, "a tick has 60 seconds and shares them with the whole daemon"


#: Of the columns of public tables, the share whose origin is known: the others are counts of rows and fixed words.
KNOWN_ORIGIN = 0.9
LINEAGE_BY_HAND = {
    ("marts/fct_refunds", "amount_reporting"): {"intermediate/int_refunds.amount_reporting"},
    ("staging/stg_ops_workbook__fx_rates", "batch_id"): {"raw/ops_workbook/fx_rates._batch_id"},
    ("marts/fct_activity_daily", "new_users"): {"marts/fct_user_daily.is_new"},
    ("marts/fct_activity_daily", "total_cost"): {
        "intermediate/int_orders.discount_amount_reporting",
        "intermediate/int_activity_points.cost_amount_reporting",
        "intermediate/int_ad_performance.spend_reporting",
        "intermediate/int_channel_costs.amount_reporting",
    },
}


def test_columns_of_public_tables_say_what_they_are_made_of(demo_run: Run, manifest: dict[str, Any]) -> None:
    """Where lineage is known it is of columns that exist; three are checked by hand."""
    assert prepare_lineage()
    graph = defs().resolve_asset_graph()

    def columns(key: dg.AssetKey) -> set[str]:
        return {column.name for column in graph.get(key).metadata["dagster/column_schema"].columns}

    known, total = 0, 0
    for table in public_tables(manifest):
        node = graph.get(dg.AssetKey([table.schema, table.name]))
        lineage = node.metadata["dagster/column_lineage"].deps_by_column
        total += len(columns(node.key))
        known += len(lineage.keys() & columns(node.key))
        for of in lineage.values():
            assert {dep.asset_key for dep in of} <= node.parent_keys, node.key
            assert all(
                dep.column_name in columns(dep.asset_key) for dep in of if dep.asset_key.path[0] == "raw"
            )
    assert total > 700
    assert known / total > KNOWN_ORIGIN

    def made_of(table: str, column: str) -> set[str]:
        lineage = graph.get(dg.AssetKey(table.split("/"))).metadata["dagster/column_lineage"].deps_by_column
        return {f"{dep.asset_key.to_user_string()}.{dep.column_name}" for dep in lineage[column]}

    for (table, column), of in LINEAGE_BY_HAND.items():
        assert made_of(table, column) == of, (table, column)
