"""Many events keep all cores busy model by model; few leave gaps for other models."""

import os
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_threads import FEW_EVENTS_THREADS, MANY_EVENTS, dbt_threads


@pytest.mark.parametrize(
    ("files", "cores", "threads"),
    [
        ([], 2, FEW_EVENTS_THREADS),
        ([("app_events", MANY_EVENTS - 1), ("app_database", MANY_EVENTS)], 2, FEW_EVENTS_THREADS),
        ([("app_events", MANY_EVENTS - 1), ("app_events", 1)], 2, 2),
        ([("app_events", MANY_EVENTS)], 32, FEW_EVENTS_THREADS),
        ([("app_events", MANY_EVENTS)], None, 1),
    ],
)
def test_as_many_models_at_once_as_the_events_leave_room_for(
    files: list[tuple[str, int]],
    cores: int | None,
    threads: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema meta; create table meta.raw_files (source varchar, rows bigint)")
        for file in files:
            connection.execute("insert into meta.raw_files values (?, ?)", file)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert dbt_threads(tmp_path / "warehouse.duckdb") == threads


def test_a_warehouse_that_no_run_was_frozen_into(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    assert dbt_threads(tmp_path / "warehouse.duckdb") == FEW_EVENTS_THREADS
