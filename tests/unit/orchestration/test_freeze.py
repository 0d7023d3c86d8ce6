"""What a run reads is frozen in schema `meta`."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ingestion.manifest import Manifest
from ingestion.sources.app_events import pull
from orchestration.freeze import SPILLED, WAREHOUSE, fingerprint, freeze
from tests.unit.ingestion.sources.app_events.event_lines import line
from tests.unit.orchestration.batches import AS_OF, land, settings

APP = {"app_id": "shop"}
RATES = [{"rate_date": "2026-01-01", "currency": "USD", "rate_to_reporting": "seven"}]


def frozen(data_dir: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(data_dir / WAREHOUSE), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_an_empty_data_folder_freezes_with_every_declared_entity(tmp_path: Path) -> None:
    freeze(settings(tmp_path), "run-1", "1.0")
    assert frozen(
        tmp_path, "select run_id, as_of, reporting_currency, week_start, code_version from meta.run"
    ) == [("run-1", AS_OF.replace(tzinfo=None), "CNY", "monday", "1.0")]
    assert frozen(tmp_path, "select count(*) from meta.raw_files") == [(0,)]
    assert (tmp_path / "raw" / "google_ads" / "pulls" / "_schema.parquet").exists()


def test_only_accepted_batches_are_read_and_all_are_listed(tmp_path: Path) -> None:
    accepted = land(tmp_path, "ops_workbook", {"apps": [APP], "fx_rates": RATES})
    held = land(tmp_path, "ops_workbook", {"apps": [{"app_id": "other"}]})
    Manifest(tmp_path).set_state(accepted, "accepted")
    Manifest(tmp_path).set_state(held, "held")
    freeze(settings(tmp_path), "run-1", "1.0")
    assert frozen(tmp_path, "select entity, batch_id, rows from meta.raw_files") == [("apps", accepted, 1)]
    assert frozen(
        tmp_path,
        "select batch_id, entity, state, rows_read, rows_landed, rows_quarantined from meta.batches order by 1",
    ) == [(accepted, "2 entities", "accepted", 2, 1, 1), (held, "apps", "held", 1, 1, 0)]
    assert frozen(tmp_path, "select entity, reason_code, rows, first_line_number from meta.quarantine") == [
        ("fx_rates", "not_a_decimal", 1, 1)
    ]
    assert len(frozen(tmp_path, "from meta.batch_files")) == 3


def test_freezing_again_opens_the_build_again(tmp_path: Path) -> None:
    freeze(settings(tmp_path), "run-1", "1.0")
    with duckdb.connect(str(tmp_path / WAREHOUSE)) as connection:
        connection.execute("update meta.build set built_at = now()::timestamp")
    freeze(settings(tmp_path), "run-2", "1.0")
    assert frozen(tmp_path, "select run_id, built_at from meta.build") == [("run-2", None)]


SPILLS = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], config={"memory_limit": "40MB", "threads": 2})
connection.execute("create temp table t as select md5(cast(i as varchar)) as who from range(50000000) as r(i)")
"""


def test_what_a_killed_build_spilled_goes_with_the_next_one(tmp_path: Path) -> None:
    """The engine itself leaves it, and a disk that is full of it would stay full."""
    spilled = tmp_path / SPILLED
    build = subprocess.Popen([sys.executable, "-c", SPILLS, tmp_path / WAREHOUSE])
    while build.poll() is None and not (spilled.is_dir() and any(spilled.iterdir())):
        time.sleep(0.01)
    build.kill()
    build.wait()
    assert list(spilled.iterdir())
    freeze(settings(tmp_path), "run-1", "1.0")
    assert not spilled.exists()


@pytest.mark.parametrize("change", ["as_of", "currency", "code", "batch", "state"])
def test_the_fingerprint_follows_everything_that_a_build_depends_on(tmp_path: Path, change: str) -> None:
    batch = land(tmp_path, "ops_workbook", {"apps": [APP]})
    manifest, now, code = Manifest(tmp_path), settings(tmp_path), "1.0"
    before = fingerprint(now, manifest.entries(), code)
    assert fingerprint(now, manifest.entries(), code) == before
    if change == "as_of":
        now = replace(now, as_of=AS_OF.replace(hour=2))
    elif change == "currency":
        now = replace(now, reporting_currency="USD")
    elif change == "code":
        code = "1.1"
    elif change == "batch":
        land(tmp_path, "ops_workbook", {"apps": [APP]})
    else:
        manifest.set_state(batch, "accepted")
    assert fingerprint(now, manifest.entries(), code) != before


def test_quarantined_rows_are_queryable_where_they_lie(tmp_path: Path) -> None:
    query = "select source, entity, batch_id, file_name, line_number, reason_code, raw_text from meta.quarantine_rows"
    freeze(settings(tmp_path), "run-1", "1.0")
    assert frozen(tmp_path, query) == []
    batch = land(tmp_path, "ops_workbook", {"fx_rates": RATES})
    withdrawn = land(tmp_path, "ops_workbook", {"fx_rates": RATES})
    Manifest(tmp_path).set_state(withdrawn, "withdrawn")
    freeze(settings(tmp_path), "run-2", "1.0")
    ((*place, raw_text),) = frozen(tmp_path, query)
    assert place == ["ops_workbook", "fx_rates", batch, "inbox/ops_workbook/fx_rates.csv", 1, "not_a_decimal"]
    assert "seven" in raw_text


def test_a_file_that_was_landed_in_steps_is_one_row_of_batch_files(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / "app_events"
    inbox.mkdir(parents=True)
    (inbox / "a.ndjson").write_text("\n".join(line(str(n)) for n in range(3)) + "\n{broken\n")
    pull(settings(tmp_path))
    assert len(Manifest(tmp_path).entries()[0].files) == 2
    freeze(settings(tmp_path), "run-1", "1.0")
    assert frozen(
        tmp_path, "select file_name, rows_read, rows_landed, rows_quarantined from meta.batch_files"
    ) == [("inbox/app_events/a.ndjson", 4, 3, 1)]
