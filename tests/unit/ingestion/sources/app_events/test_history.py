"""A copy is found however old it is; raw files without a date in common with the new rows are not opened."""

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from ingestion.manifest import Manifest
from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts


def day(number: int) -> str:
    return f"2025-{1 + number // 28:02}-{1 + number % 28:02}T12:00:00+00:00"


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    """Twelve accepted batches, each of a day a month before the next one."""
    found = CompanyFolder(tmp_path)
    for month in range(12):
        found.put(f"app_events/{month:02}.ndjson", lines(line(f"{month}", occurred_at=day(28 * month))))
        found.accept(pull(found.settings))
    return found


def test_copies_of_any_age_are_dropped(company: CompanyFolder) -> None:
    again = [line(str(month), occurred_at=day(28 * month)) for month in (0, 5, 11)]
    company.put("app_events/again.ndjson", lines(*again, line("new", occurred_at=day(28))))
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/again.ndjson"] == (4, 1, 3, 0, 0)


def test_other_days_are_not_opened(company: CompanyFolder) -> None:
    files = Manifest(company.path).raw_files_by_date("app_events", "events")
    assert sorted(date for file in files for date in file.dates or ()) == [
        day(28 * m)[:10] for m in range(12)
    ]
    for file in files:
        if not file.may_have([day(28 * 3)[:10]]):
            file.path.write_bytes(b"no Parquet: whoever opens it fails")
    company.put(
        "app_events/again.ndjson",
        lines(line("3", occurred_at=day(28 * 3)), line("3b", occurred_at=day(28 * 3))),
    )
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/again.ndjson"] == (2, 1, 1, 0, 0)


def test_files_of_unknown_dates_are_always_compared(company: CompanyFolder) -> None:
    """Entries of earlier versions have no dates."""
    for path in Manifest(company.path).folder.glob("*.json"):
        body = json.loads(path.read_text())
        path.write_text(json.dumps({name: body[name] for name in body if name not in ("dates", "seconds")}))
    company.put("app_events/a.ndjson.gz", gzip.compress(lines(line("4", occurred_at=day(28 * 4))).encode()))
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/a.ndjson.gz"] == (1, 0, 1, 0, 0)


def test_a_hash_that_is_the_same_by_chance_is_no_copy(
    company: CompanyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of other events: in the file, in an earlier step of the batch, and in history."""
    monkeypatch.setattr("ingestion.landing_sql.content_hash", lambda contract: "'0'")
    monkeypatch.setattr("ingestion.sources.app_events.pulling.GROUP_BYTES", 1)
    text = lines(*(line(f"a{number}") for number in range(3)), line("a0"), line("a1", app_id="other"))
    company.put("app_events/a.ndjson", text)
    company.put("app_events/b.ndjson", lines(line("b"), line("a2")))
    results = pull(company.settings)
    (result,) = results
    assert counts(result) == {
        "inbox/app_events/a.ndjson": (5, 4, 1, 0, 0), "inbox/app_events/b.ndjson": (2, 1, 1, 0, 0),
    }  # fmt: skip
    company.accept(results)
    company.put("app_events/c.ndjson", lines(line("c"), line("a2")))
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/c.ndjson"] == (2, 1, 1, 0, 0)


def test_the_hash_is_still_the_one_that_stored_events_have() -> None:
    """Should a new DuckDB fail here: copies of what was landed before it become versions, docs/decisions/0017."""
    values = "'event 1', 'u', null::varchar, 1774843200000000::bigint"
    assert duckdb.connect().execute(f"select hash({values})").fetchall() == [(5492690068576107062,)]
