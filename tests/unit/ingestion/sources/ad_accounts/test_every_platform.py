"""What every ad platform's connector does when all is well, and when its API misbehaves; real HTTP, all platforms."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.demo.apis import Fault
from ingestion.demo.apis.faults import Kind
from ingestion.sources.ad_accounts.platforms import BY_SOURCE
from tests.unit.ingestion.company_state import AS_OF, write_company
from tests.unit.ingestion.sources.ad_accounts.platform_cases import (
    ADS,
    CASES,
    DAYS,
    FIRST,
    FIRST_DAY,
    LAST_DAY,
    SECOND,
    SPENT,
    Case,
)

every_platform = pytest.mark.parametrize("case", CASES, ids=[case.source for case in CASES])
#: A kind of action beside the canonical one, and how often it was done by ad and day.
OTHER_ACTIONS = {
    "baidu_ads": ("deep_conversion", 1),
    "xiaohongshu_ads": ("like", 2),
    "kuaishou_ads": ("purchase", 1),
}
DATES = [FIRST_DAY + timedelta(number) for number in range(DAYS)]


def assert_whole(case: Case, tmp_path: Path, account_id: str = FIRST) -> None:
    rows = [row for row in case.landed(tmp_path) if row["account_id"] == account_id]
    assert len(rows) == DAYS * ADS
    assert case.spend(rows) == SPENT


def test_every_platform_has_a_case() -> None:
    assert [case.source for case in CASES] == list(BY_SOURCE)


@every_platform
def test_lands_every_entity_exactly_and_only_once(case: Case, tmp_path: Path) -> None:
    accounts = [case.account(), case.account(SECOND)]
    assert case.pull(tmp_path, accounts=accounts, dates=DATES).failures == []
    assert_whole(case, tmp_path)
    assert_whole(case, tmp_path, SECOND)
    ads, totals = case.landed(tmp_path), case.landed(tmp_path, "account_performance")
    assert case.spend(totals) == case.spend(ads)
    assert {(row["currency_code"], row["time_zone"]) for row in ads} == {(case.currency, case.time_zone)}
    first = min(ads, key=lambda row: (row["account_id"], row["report_date"], row["ad_id"]))
    assert (first["ad_id"], first["impressions"], first["clicks"], int(first["conversions"])) == (
        "300",
        1000,
        7,
        1,
    )
    assert all(row["_extra"] is None for row in ads), "every column is one of the contract"
    states = case.pull(tmp_path / "states", accounts=accounts[:1])
    assert states.failures == []
    (account,) = case.landed(tmp_path / "states", "accounts")
    assert (account["account_id"], account["currency_code"]) == (FIRST, case.currency)
    urls = sorted(row["landing_url"] for row in case.landed(tmp_path / "states", "ads"))
    assert urls == [f"https://shop.example/?utm_campaign=spring&utm_content={ad}" for ad in range(ADS)]
    assert list(case.pull(tmp_path / "states")) == [], "the same moment again lands nothing"


@every_platform
def test_conversions_add_up_to_those_of_the_ads(case: Case, tmp_path: Path) -> None:
    state: dict[str, Any] = case.state()
    rest = {
        "report_date": FIRST_DAY.isoformat(),
        "impressions": 9,
        "clicks": 1,
        "video_views": 0,
        "cost": "1",
    }
    rest |= {"cost_micros": 1_000_000, "conversions": "2", "conversion_value": "3", "deep_conversions": "1"}
    state[FIRST]["unallocated"] = [{**rest, "product": "search"}]
    write_company(tmp_path, {case.source: state})
    case.pull(tmp_path, dates=DATES)
    rows, ads = case.landed(tmp_path, "conversions"), case.landed(tmp_path)
    canonical = [row for row in rows if row["is_canonical"]]
    of_ads = sum(row["conversions"] for row in canonical if row["ad_id"])
    assert of_ads == sum(row["conversions"] for row in ads) > 0
    totals = case.landed(tmp_path, "account_performance")
    of_accounts = sum(row["conversions"] for row in canonical if not row["ad_id"])
    assert of_accounts == sum(row["conversions"] for row in totals) == of_ads + 2
    if case.source in OTHER_ACTIONS:
        action, by_day = OTHER_ACTIONS[case.source]
        found = [row["conversions"] for row in rows if row["counts_as"] == action and row["ad_id"]]
        assert set(found) == {by_day}
        assert len(found) == DAYS * ADS


@every_platform
def test_passing_trouble_in_the_middle_of_paging_is_waited_out(
    case: Case, tmp_path: Path, waited: list[float]
) -> None:
    kinds: tuple[Kind, ...] = (
        "rate_limit", "bare_rate_limit", "server_error", "quota", "cut_body", "time_out", "trickle",
    )  # fmt: skip
    faults = [case.fault(kind, nth=2 * number + 1, seconds=3.0) for number, kind in enumerate(kinds)]
    assert case.pull(tmp_path, *faults, dates=DATES).failures == []
    assert_whole(case, tmp_path)
    assert len(waited) - waited.count(2.0) == len(kinds), "each at one try, 2.0 is the wait for a report job"
    assert 3.0 in waited, "Retry-After is heeded"


@every_platform
def test_a_permanent_refusal_stops_at_once_and_only_that_account(
    case: Case, tmp_path: Path, waited: list[float]
) -> None:
    results = case.pull(
        tmp_path, case.fault("forbidden"), accounts=[case.account(), case.account(SECOND)], dates=DATES
    )
    assert [(one.account_id, "HTTP 403" in one.message) for one in results.failures] == [(FIRST, True)]
    assert_whole(case, tmp_path, SECOND)
    assert {row["account_id"] for row in case.landed(tmp_path)} == {SECOND}
    assert waited in ([], [2.0], [2.0, 2.0]), "nothing was tried again"
    failed = [row for row in case.landed(tmp_path, "pulls") if row["status"] == "failed"]
    assert {row["report_date"] for row in failed if row["entity"] == "ad_performance"} == set(DATES)


@every_platform
def test_a_token_that_expires_in_the_middle_of_paging(case: Case, tmp_path: Path) -> None:
    results = case.pull(tmp_path, case.fault("expired_token", nth=3), dates=DATES)
    if case.renews:
        assert results.failures == []
        assert_whole(case, tmp_path)
    else:
        (failure,) = results.failures
        assert "set a fresh one in the environment" in failure.message
        assert case.landed(tmp_path) == []


@every_platform
def test_pages_that_shift_or_lie_are_never_a_whole_answer(case: Case, tmp_path: Path) -> None:
    kinds: list[Kind] = ["repeated_page", "skipped_page", "inserted_row", "total_mismatch"]
    kinds += ["cursor_loop"] if case.has_cursor else []
    for number, kind in enumerate(kinds):
        folder = tmp_path / kind
        results = case.pull(
            folder, case.fault(kind, nth=None if kind == "total_mismatch" else 2), dates=DATES
        )
        assert len(results.failures) == 1, kind
        assert case.landed(folder) == [], kind
        pulls = case.landed(folder, "pulls")
        assert {row["status"] for row in pulls if row["entity"] == "ad_performance"} == {"failed"}, kind
        assert "\n" not in results.failures[0].message
        if number == 0:
            case.pull(folder, dates=DATES)
            assert_whole(case, folder)


@every_platform
def test_six_tries_and_a_bounded_time_for_a_request(case: Case, tmp_path: Path, waited: list[float]) -> None:
    results = case.pull(tmp_path, case.fault("quota", nth=None), dates=DATES)
    (failure,) = results.failures
    assert "gave up after" in failure.message
    assert len(waited) <= 6
    assert sum(waited) <= 300
    assert case.landed(tmp_path) == []


@every_platform
def test_a_day_that_lost_its_rows_is_pulled_again_as_it_is_now(case: Case, tmp_path: Path) -> None:
    case.pull(tmp_path, dates=[LAST_DAY])
    state: dict[str, Any] = case.state()
    state[FIRST]["rows"] = [row for row in state[FIRST]["rows"] if row["report_date"] != LAST_DAY.isoformat()]
    later = tmp_path / "later"
    write_company(later, {case.source: state})
    results = case.pull(later, dates=[LAST_DAY], as_of=AS_OF + timedelta(hours=2))
    assert results.failures == []
    assert case.landed(later) == []
    assert [row["rows"] for row in case.landed(later, "pulls") if row["entity"] == "ad_performance"] == [0]


def test_a_range_that_is_too_large_is_asked_in_halves(tmp_path: Path, waited: list[float]) -> None:
    case = next(case for case in CASES if case.source == "tiktok_ads")
    assert case.pull(tmp_path, case.fault("too_large", nth=None), dates=DATES).failures == []
    assert_whole(case, tmp_path)
    pulls = [row for row in case.landed(tmp_path, "pulls") if row["entity"] == "ad_performance"]
    assert sorted(row["report_date"] for row in pulls) == DATES
    assert waited == []


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ((Fault("600000", 1, "failed_job"),), None),
        ((Fault("/60000", None, "failed_job"),), "the report job failed 2 times"),
        ((Fault("/60000", None, "stuck_job"),), "stuck .Job Running, 40 %. after 12"),
    ],
)
def test_report_jobs_of_meta(tmp_path: Path, faults: tuple[Fault, ...], words: str | None) -> None:
    case = CASES[1]
    results = case.pull(tmp_path, *faults, dates=DATES)
    if words is None:
        assert results.failures == []
        assert_whole(case, tmp_path)
    else:
        assert re.search(words, results.failures[0].message)
        assert case.landed(tmp_path) == []
