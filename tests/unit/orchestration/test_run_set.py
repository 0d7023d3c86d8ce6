"""What a run adds to the warehouse, and what makes it build everything again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.manifest import Manifest
from ingestion.settings import Settings
from orchestration.freeze import WAREHOUSE, freeze
from tests.unit.orchestration.batches import land, settings

EVENT = {
    "event_id": "1",
    "app_id": "shop",
    "event_name": "open",
    "user_id": "u",
    "occurred_at": "2026-03-01T00:00:00Z",
}
APP = {"app_id": "shop", "timezone": "Asia/Shanghai"}


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    """A folder with a workbook and a batch of events that a whole build has loaded."""
    accept(tmp_path, "ops_workbook", {"apps": [APP]})
    accept(tmp_path, "app_events", {"events": [EVENT]})
    assert freeze(settings(tmp_path), "run 1", "1").whole == "the warehouse is new"
    end_well(tmp_path)
    return settings(tmp_path)


def accept(data_dir: Path, source: str, entities: dict) -> str:
    batch = land(data_dir, source, entities)
    Manifest(data_dir).set_state(batch, "accepted")
    return batch


def end_well(data_dir: Path) -> None:
    """As a whole dbt build does, which leaves a table behind."""
    with duckdb.connect(str(data_dir / WAREHOUSE)) as connection:
        connection.execute("create schema if not exists intermediate")
        connection.execute("create table if not exists intermediate.int_kept_events (event_id varchar)")
        connection.execute("update meta.build set built_at = now()::timestamp")


def stored(data_dir: Path) -> list[str]:
    with duckdb.connect(str(data_dir / WAREHOUSE), read_only=True) as connection:
        query = "select table_name from information_schema.tables where table_schema = 'intermediate'"
        return [row[0] for row in connection.execute(query).fetchall()]


def test_only_new_batches_are_added_to_what_a_whole_build_loaded(loaded: Settings) -> None:
    nothing = freeze(loaded, "run 2", "1")
    assert (nothing.add, nothing.remove, nothing.whole) == ((), (), "")
    end_well(loaded.data_dir)
    batch = accept(loaded.data_dir, "app_events", {"events": [{**EVENT, "event_id": "2"}]})
    later = replace(loaded, as_of=loaded.as_of + timedelta(days=1))
    assert freeze(later, "run 3", "1").add == (batch,)
    assert stored(loaded.data_dir) == ["int_kept_events"]
    with duckdb.connect(str(loaded.data_dir / WAREHOUSE), read_only=True) as connection:
        assert connection.execute("from meta.run_batches").fetchall() == [(batch, "add", "")]


def test_a_build_that_did_not_end_well_loads_nothing(loaded: Settings) -> None:
    freeze(loaded, "run 2", "1")
    again = freeze(loaded, "run 3", "1")
    assert again.whole == "the last build did not end well as a whole"
    assert len(again.add) == 2
    assert stored(loaded.data_dir) == []


def test_a_withdrawn_batch_of_events_rebuilds_everything_but_no_other_does(loaded: Settings) -> None:
    order = {"app_id": "shop", "order_id": "1", "user_id": "u", "gross_amount": "1"}
    other = accept(loaded.data_dir, "app_database", {"orders": [order]})
    freeze(loaded, "run 2", "1")
    end_well(loaded.data_dir)
    Manifest(loaded.data_dir).set_state(other, "withdrawn")
    batches = freeze(loaded, "run 3", "1")
    assert (batches.remove, batches.whole) == ((other,), "")
    end_well(loaded.data_dir)
    (events,) = (entry.batch_id for entry in Manifest(loaded.data_dir).entries("app_events"))
    Manifest(loaded.data_dir).set_state(events, "withdrawn")
    batches = freeze(loaded, "run 4", "1")
    assert (batches.remove, batches.whole) == ((events,), "a loaded batch of events was withdrawn")


@pytest.mark.parametrize("change", ["code", "currency", "zone", "exclusion", "clock"])
def test_what_stored_events_depend_on_rebuilds_everything(loaded: Settings, change: str) -> None:
    now, code = loaded, "1"
    if change == "code":
        code = "2"
    elif change == "currency":
        now = replace(loaded, reporting_currency="USD")
    elif change == "zone":
        accept(loaded.data_dir, "ops_workbook", {"apps": [{**APP, "timezone": "UTC"}]})
    elif change == "exclusion":
        accept(loaded.data_dir, "ops_workbook", {"excluded_users": [{"app_id": "shop", "user_id": "u"}]})
    else:
        freeze(replace(loaded, as_of=loaded.as_of + timedelta(seconds=1)), "later", "1")
        end_well(loaded.data_dir)
    batches = freeze(now, "run 2", code)
    assert batches.whole
    assert len(batches.add) >= 2


def test_the_same_workbook_again_and_other_tables_of_it_change_nothing(loaded: Settings) -> None:
    rates = [{"rate_date": "2026-01-01", "currency": "USD", "rate_to_reporting": "7"}]
    accept(loaded.data_dir, "ops_workbook", {"apps": [APP], "fx_rates": rates})
    assert freeze(loaded, "run 2", "1").whole == ""
