"""Backfills: any ranges in any order end in the same rows as one pull, and what is final is not asked again."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.unit.ingestion.company_state import AS_OF
from tests.unit.ingestion.sources.ad_accounts.platform_cases import CASES, DAYS, FIRST_DAY, Case

every_platform = pytest.mark.parametrize("case", CASES, ids=[case.source for case in CASES])
DATES = [FIRST_DAY + timedelta(number) for number in range(DAYS)]
#: Half a year later every date is beyond any platform's restatement window.
LATER = AS_OF + timedelta(days=180)


def final_rows(case: Case, folder: Path) -> list[tuple[Any, ...]]:
    """Of each date the rows of its newest whole pull, as the warehouse takes them; without what names the pull."""
    newest: dict[date, str] = {}
    for pull in case.landed(folder, "pulls"):
        if pull["entity"] == "ad_performance" and pull["status"] == "complete":
            day = pull["report_date"]
            newest[day] = max(newest.get(day, ""), pull["_batch_id"])
    rows = [row for row in case.landed(folder) if newest.get(row["report_date"]) == row["_batch_id"]]
    return sorted(
        tuple((name, str(value)) for name, value in sorted(row.items()) if not name.startswith("_"))
        for row in rows
    )


@every_platform
def test_any_ranges_in_any_order_end_in_the_same_rows(case: Case, tmp_path: Path) -> None:
    case.pull(tmp_path / "once", dates=DATES)
    expected = final_rows(case, tmp_path / "once")
    assert len(expected) == DAYS * 3
    chance = Random(case.source)
    covering = [DATES[number : number + 3] for number in range(0, DAYS, 2)]  # neighbours overlap
    for days in chance.sample(covering, len(covering)):
        case.pull(tmp_path / "parts", dates=days)
    assert final_rows(case, tmp_path / "parts") == expected


@every_platform
def test_a_backfill_that_broke_off_goes_on_where_it_stopped(case: Case, tmp_path: Path) -> None:
    begun = DATES[:4]
    assert case.pull(tmp_path, dates=begun, as_of=LATER).failures == []
    assert case.pull(tmp_path, dates=DATES, as_of=LATER).failures == []
    asked = [row for row in case.landed(tmp_path, "pulls") if row["entity"] == "ad_performance"]
    assert sorted(row["report_date"] for row in asked) == DATES, "a final date is asked once"
    assert list(case.pull(tmp_path, dates=DATES, as_of=LATER)) == [], "nothing is left to ask"
