"""What starts a refresh: the sensor asks once for each set of new files that has stopped growing."""

import fcntl
import logging
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from unittest.mock import Mock

import dagster as dg
import pytest

from ingestion.contracts import CONTRACTS
from ingestion.inbox import InboxFile
from orchestration.arrival import SUITES
from orchestration.defs.ingestion import daily_partitions, last_complete_date
from orchestration.defs.jobs import look
from orchestration.defs.resources import Workspace
from orchestration.lock import describe_holder, lock_of_this_process
from orchestration.pulling import SOURCES, unknown_files
from tests.unit.orchestration.batches import settings

DAY = date(2026, 3, 31)


def file(size: int) -> InboxFile:
    return InboxFile(Path("x"), "inbox/app_events/x.ndjson", size, 1)


def test_no_new_file_is_a_reason_to_skip() -> None:
    assert isinstance(look([], None, DAY), dg.SkipReason)


def test_a_growing_file_is_waited_for_and_a_settled_one_asks_for_one_run() -> None:
    first = look([file(10)], None, DAY)
    assert isinstance(first, dg.SensorResult)
    assert not first.run_requests
    grown = look([file(20)], first.cursor, DAY)
    assert isinstance(grown, dg.SensorResult)
    assert not grown.run_requests
    settled = look([file(20)], grown.cursor, DAY)
    assert isinstance(settled, dg.SensorResult)
    assert settled.run_requests is not None
    (request,) = settled.run_requests
    assert request.partition_key == "2026-03-31"
    again = look([file(20)], settled.cursor, DAY)
    assert isinstance(again, dg.SensorResult)
    assert again.run_requests is not None
    # Dagster starts a run key once: asking again for the same files starts nothing.
    assert again.run_requests[0].run_key == request.run_key


def test_only_files_that_were_never_landed_are_new(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "app_events"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_text("{}\n", "utf-8")
    os.utime(folder / "a.ndjson", (1_700_000_000, 1_700_000_000))
    assert [found.name for found in unknown_files(settings(tmp_path))] == ["inbox/app_events/a.ndjson"]


def test_a_run_is_named_after_the_last_complete_business_day_even_beyond_the_clock(tmp_path: Path) -> None:
    now = settings(tmp_path)
    assert last_complete_date(now) == DAY
    assert daily_partitions(now).has_partition_key(DAY.isoformat())


def test_a_replay_of_long_ago_has_its_partition(tmp_path: Path) -> None:
    old = replace(settings(tmp_path), as_of=datetime(1998, 7, 1, 4, tzinfo=UTC))
    assert daily_partitions(old).has_partition_key(last_complete_date(old).isoformat())


def test_every_source_with_a_contract_is_pulled_and_has_a_suite() -> None:
    assert {contract.source for contract in CONTRACTS} == set(SOURCES) == set(SUITES)


def test_a_daemon_run_that_meets_the_lock_asks_for_a_retry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        job_name, log, instance = "refresh", logging.getLogger("test"), Mock()
        run = Mock(run_id="1a2b3c4d")

    monkeypatch.setenv("OPS_DATA_DIR", str(tmp_path))
    # Held the way another process holds it: this process does not know of it.
    with open(tmp_path / ".lock", "a+", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(dg.RetryRequested):
            Workspace().enter(cast("dg.AssetExecutionContext", Context()))
    workspace = Workspace()
    assert workspace.enter(cast("dg.AssetExecutionContext", Context())).data_dir == tmp_path
    assert "run 1a2b3c4d" in describe_holder((tmp_path / ".lock").read_text("utf-8"))
    workspace.teardown_after_execution(cast("dg.InitResourceContext", None))
    assert lock_of_this_process(tmp_path) is None
