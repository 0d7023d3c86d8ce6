"""What batches that are held, accepted or withdrawn later mean for rows that were landed meanwhile."""

from pathlib import Path

import pytest

from ingestion.manifest import Manifest
from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts
from tests.unit.ingestion.test_landing import land, raw


def test_a_state_that_was_taken_back_is_kept_while_another_is_held(tmp_path: Path) -> None:
    """1 accepted, 2 held, 1 again: were the 2 accepted later, the newest observation must still be the 1."""
    land(tmp_path, [{"thing_id": "a", "pieces": "1"}])
    _, held = land(tmp_path, [{"thing_id": "a", "pieces": "2"}], accept=False)
    Manifest(tmp_path).set_state(held.batch_id, "held", "odd")
    counts_of_return, _ = land(tmp_path, [{"thing_id": "a", "pieces": "1"}])
    Manifest(tmp_path).set_state(held.batch_id, "accepted")
    assert counts_of_return.landed == 1
    assert max(raw(tmp_path), key=lambda row: row["_batch_id"])["pieces"] == 1


def test_a_row_that_only_a_held_batch_has_is_landed_again(tmp_path: Path) -> None:
    _, held = land(tmp_path, [{"thing_id": "a"}], accept=False)
    Manifest(tmp_path).set_state(held.batch_id, "held")
    assert land(tmp_path, [{"thing_id": "a"}])[0].landed == 1
    assert land(tmp_path, [{"thing_id": "a"}])[0].duplicate == 1


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    return CompanyFolder(tmp_path)


def test_a_file_brings_back_what_a_withdrawn_batch_took_away(company: CompanyFolder) -> None:
    """Event 2 came twice; its second copy was dropped for the first, whose batch is then withdrawn."""
    company.put("app_events/a.ndjson", lines(line("1"), line("2")))
    (first,) = pull(company.settings)
    company.accept([first])
    company.put("app_events/b.ndjson", lines(line("2"), line("3")))
    (second,) = pull(company.settings)
    company.accept([second])
    assert counts(second)["inbox/app_events/b.ndjson"] == (2, 1, 1, 0, 0)
    Manifest(company.path).set_state(first.batch_id, "withdrawn", "by hand")
    (third,) = pull(company.settings)
    company.accept([third])
    assert counts(third) == {"inbox/app_events/b.ndjson": (2, 1, 1, 0, 0)}
    assert sorted(row["event_id"] for row in company.landed("app_events", "events")) == ["2", "3"]
    assert pull(company.settings) == []


def test_a_file_that_repeats_only_itself_stays_known(company: CompanyFolder) -> None:
    company.put("app_events/a.ndjson", lines(line("1")))
    (first,) = pull(company.settings)
    company.accept([first])
    company.put("app_events/b.ndjson", lines(line("2"), line("2")))
    company.accept(pull(company.settings))
    Manifest(company.path).set_state(first.batch_id, "withdrawn")
    assert pull(company.settings) == []
