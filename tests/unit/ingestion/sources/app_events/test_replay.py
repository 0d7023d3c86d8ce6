"""Quarantined lines that have become readable land once; the others stay put aside."""

import json
from pathlib import Path

import pytest

from ingestion.sources.app_events import pull, strict_json
from ingestion.sources.app_events.adapters.segment import SEGMENT
from ingestion.sources.app_events.replay import replay
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import SEGMENT_TRACK
from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder

DEEP = '{"a":' + "[" * 250 + "]" * 250 + "}"


def test_a_corrected_reader_lands_what_was_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company = CompanyFolder(tmp_path)
    deep = line("deep")[:-1] + f',"properties":{DEEP}}}'
    company.put("app_events/a.ndjson", lines(line("1"), deep, "{broken").encode() + b"\xff\n")
    company.put("app_events/b.csv", "event_id,event_name,user_id,occurred_at\n1,v,,1\n")
    company.accept(pull(company.settings))
    put_aside = company.put_aside("app_events", "events")
    nothing = replay(company.settings)
    assert (nothing.result, nothing.tried, nothing.landed, nothing.left) == (None, 2, 0, 2)

    monkeypatch.setattr(strict_json, "MAX_DEPTH", 300)
    done = replay(company.settings)
    assert (done.tried, done.landed, done.left) == (2, 1, 2)
    assert done.result is not None
    assert [(file.rows_read, file.rows_landed) for file in done.result.files] == [(1, 1)]
    again = replay(company.settings)
    assert (again.result, again.tried, again.landed) == (None, 1, 0)
    rows = company.landed("app_events", "events")
    assert [(row["event_id"], row["_source_row"]) for row in rows] == [("1", 1), ("deep", 2)]
    assert company.put_aside("app_events", "events") == put_aside


def test_an_event_that_came_in_the_meantime_lands_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = CompanyFolder(tmp_path)
    deep = line("deep")[:-1] + f',"properties":{DEEP}}}'
    company.put("app_events/a.ndjson", lines(deep))
    company.accept(pull(company.settings))
    monkeypatch.setattr(strict_json, "MAX_DEPTH", 300)
    company.put("app_events/b.ndjson", lines("", deep))
    company.accept(pull(company.settings))
    done = replay(company.settings)
    assert (done.result, done.tried, done.landed) == (None, 1, 0)


def test_a_line_is_replayed_in_its_own_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company = CompanyFolder(tmp_path)
    company.put(
        "app_events/segment/a.ndjson",
        lines(json.dumps(SEGMENT_TRACK | {"type": "Track"}, ensure_ascii=False)),
    )
    company.accept(pull(company.settings))
    assert company.landed("app_events", "events") == []
    monkeypatch.delitem(SEGMENT.problems, "unknown_type")  # type: ignore[arg-type]
    assert replay(company.settings).landed == 1
    (row,) = company.landed("app_events", "events")
    assert (row["event_id"], row["city"]) == (SEGMENT_TRACK["messageId"], "杭州")
