"""Every kind of line of the corpus lands, or is put aside with its reason and its line number."""

from pathlib import Path
from typing import Any

import pytest

from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.corpus.dirt_tables import DOCUMENT, document_text
from tests.unit.ingestion.sources.app_events.corpus.line_kinds import LINE_KINDS
from tests.unit.ingestion.sources.app_events.corpus.time_kinds import TIME_KINDS
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

KINDS = [*LINE_KINDS, *TIME_KINDS]
FILE = "inbox/app_events/corpus.ndjson"


class Outcomes:
    """What became of a file that holds one line of each kind."""

    def __init__(self, path: Path) -> None:
        company = CompanyFolder(path)
        company.put("app_events/corpus.ndjson", b"".join(kind.text + b"\n" for kind in KINDS))
        (result,) = pull(company.settings)
        self.counts = counts(result)[FILE]
        self.landed: dict[int, dict[str, Any]] = {
            row["_source_row"]: row for row in company.landed("app_events", "events")
        }
        self.put_aside: dict[int, dict[str, Any]] = {
            row["line_number"]: row for row in company.put_aside("app_events", "events")
        }


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return Outcomes(tmp_path_factory.mktemp("corpus"))


@pytest.mark.xdist_group("corpus")
@pytest.mark.parametrize("number", range(1, len(KINDS) + 1), ids=[f"{k.group}: {k.name}" for k in KINDS])
def test_a_line_has_its_outcome(outcomes: Outcomes, number: int) -> None:
    kind = KINDS[number - 1]
    if kind.outcome in ("blank", "duplicate"):
        assert number not in outcomes.landed
        assert number not in outcomes.put_aside
    elif kind.outcome == "landed":
        assert number in outcomes.landed, outcomes.put_aside.get(number, {}).get("reason")
        row = outcomes.landed[number]
        assert {name: row[name] for name in kind.kept} == kind.kept
    else:
        assert number in outcomes.put_aside
        assert outcomes.put_aside[number]["reason_code"] == kind.outcome
        assert outcomes.put_aside[number]["reason"]


@pytest.mark.xdist_group("corpus")
def test_no_line_is_lost(outcomes: Outcomes) -> None:
    found = [kind.outcome for kind in KINDS]
    landed, duplicate, blank = (found.count(word) for word in ("landed", "duplicate", "blank"))
    assert outcomes.counts == (len(KINDS), landed, duplicate, len(KINDS) - landed - duplicate - blank, blank)


def test_the_corpus_is_wide() -> None:
    assert len({(kind.group, kind.name) for kind in KINDS}) == len(KINDS) >= 60


def test_the_document_tells_the_same() -> None:
    """After a change: `python -m tests.unit.ingestion.sources.app_events.corpus.dirt_tables`."""
    assert DOCUMENT.read_text("utf-8") == document_text()
