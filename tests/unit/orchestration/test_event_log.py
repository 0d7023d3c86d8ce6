"""The kept connections store exactly what Dagster's own log stores, on the same files."""

import inspect
from pathlib import Path

import dagster as dg
import pytest
from dagster._check import CheckError
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.event_log import KEPT_ENGINES, KeptSqliteEventLogStorage


@dg.asset
def thing() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rows": 7})


def _instance(home: Path, storage: str) -> dg.DagsterInstance:
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text(storage, "utf-8")
    return dg.DagsterInstance.from_config(str(home))


def _kept(home: Path) -> str:
    return (
        "event_log_storage:\n  module: orchestration.event_log\n  class: KeptSqliteEventLogStorage\n"
        f"  config: {{base_dir: {home / 'history' / 'runs'}}}\n"
    )


def _last_rows(instance: dg.DagsterInstance) -> object:
    event = instance.get_latest_materialization_event(dg.AssetKey("thing"))
    assert event is not None
    assert event.asset_materialization is not None
    return event.asset_materialization.metadata["rows"].value


def test_the_original_storage_reads_what_the_kept_one_wrote(tmp_path: Path) -> None:
    with _instance(tmp_path / "home", _kept(tmp_path / "home")) as instance:
        assert isinstance(instance.event_log_storage, KeptSqliteEventLogStorage)
        run = dg.materialize([thing], instance=instance)
        kept = [entry.message for entry in instance.all_logs(run.run_id)]
    with _instance(tmp_path / "home", "telemetry: {enabled: false}\n") as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        assert [entry.message for entry in instance.all_logs(run.run_id)] == kept
        assert _last_rows(instance) == 7


def test_a_deleted_run_leaves_no_connection_behind(tmp_path: Path) -> None:
    with _instance(tmp_path / "home", _kept(tmp_path / "home")) as instance:
        runs = [dg.materialize([thing], instance=instance) for _ in range(3)]
        instance.delete_run(runs[0].run_id)
        assert instance.all_logs(runs[0].run_id) == []
        assert dg.materialize([thing], instance=instance).success
        assert len(instance.event_log_storage._engines) <= KEPT_ENGINES


def test_events_in_a_batch_are_stored_as_they_are_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.asset(check_specs=[dg.AssetCheckSpec("true", asset="checked")])
    def checked() -> dg.MaterializeResult:
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])

    def stored(home: Path) -> list[tuple[str, str]]:
        with _instance(home, _kept(home)) as instance:
            run = dg.materialize([thing, checked], instance=instance)
            check = dg.AssetCheckKey(dg.AssetKey("checked"), "true")
            assert instance.event_log_storage.get_asset_check_summary_records([check])[check].last_run_id
            planned = dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED
            assert instance.event_log_storage.get_event_records(dg.EventRecordsFilter(planned))
            events = (entry.dagster_event for entry in instance.all_logs(run.run_id))
            return sorted((event.event_type_value, str(event.step_key)) for event in events if event)

    alone = stored(tmp_path / "alone")
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    assert stored(tmp_path / "batch") == alone


def test_a_batch_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    with _instance(tmp_path / "home", _kept(tmp_path / "home")) as instance:
        run = dg.materialize([thing], instance=instance)
        events = instance.all_logs(run.run_id)
        with pytest.raises(CheckError):
            instance.event_log_storage.store_event_batch([events[0], "not an event"])
        assert len(instance.all_logs(run.run_id)) == len(events)
        instance.event_log_storage.store_event_batch([events[0]])
        assert len(instance.all_logs(run.run_id)) == len(events) + 1


def test_dagster_still_connects_where_we_keep_engines() -> None:
    """Guards the private name: when Dagster renames it, the class would silently do nothing."""
    source = inspect.getsource(SqliteEventLogStorage)
    assert "def _connect(self, shard: str)" in source
    assert source.count("_connect(") >= 3
