"""Figures by the hour, over HTTP: asked where the account's days are not the app's, exact, and never in the way."""

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingestion.demo.apis import Fault
from ingestion.sources.ad_accounts.business_days import same_days
from ingestion.sources.ad_accounts.contracts import money_column
from ingestion.sources.ad_accounts.platforms import BY_SOURCE
from tests.unit.ingestion.company_state import write_company
from tests.unit.ingestion.sources.ad_accounts.platform_cases import (
    ADS,
    CASES,
    DAYS,
    FIRST,
    FIRST_DAY,
    LAST_DAY,
    Case,
)
from tests.unit.ingestion.sources.ad_accounts.test_every_platform import DATES, assert_whole

CENT = Decimal("0.01")
WITH_HOURS = [case for case in CASES if BY_SOURCE[case.source].has_hours]
every_platform = pytest.mark.parametrize("case", WITH_HOURS, ids=[case.source for case in WITH_HOURS])
#: A text of the path or the body of each request by the hour.
BY_HOUR = {
    "google_ads": Fault(body_contains="segments.hour", nth=None, kind="forbidden"),
    "meta_ads": Fault(body_contains="hourly_stats", nth=None, kind="forbidden"),
    "tiktok_ads": Fault("stat_time_hour", nth=None, kind="forbidden"),
    "ocean_engine": Fault("stat_time_hour", nth=None, kind="forbidden"),
    "tencent_ads": Fault("hourly_reports", nth=None, kind="forbidden"),
    "baidu_ads": Fault(body_contains='"HOUR"', nth=None, kind="forbidden"),
    "kuaishou_ads": Fault(body_contains="HOURLY", nth=None, kind="forbidden"),
}


def by_hour(row: dict[str, Any], dice: random.Random) -> list[dict[str, Any]]:
    """Five hours of an ad's day; the last one takes the rest."""
    left, hours = Decimal(row["cost"]), sorted(dice.sample(range(24), 5))
    parts = []
    for hour in hours:
        cost = left if hour == hours[-1] else (left * Decimal(str(dice.random() / 2))).quantize(CENT)
        left -= cost
        parts.append({"hour": hour, "cost": str(cost), "cost_micros": int(cost * 1_000_000), "impressions": hour,
                      "clicks": 1, "conversions": "1"})  # fmt: skip
    return parts


def state(case: Case) -> dict[str, Any]:
    dice, accounts = random.Random(case.source), case.state()
    for row in accounts[FIRST]["rows"]:
        row["hours"] = by_hour(row, dice)
    return accounts


@every_platform
def test_hours_land_exactly_and_add_up_to_the_days(case: Case, tmp_path: Path) -> None:
    accounts = state(case)
    write_company(tmp_path, {case.source: accounts})
    abroad = case.account(business_timezone="Pacific/Auckland")
    assert case.pull(tmp_path, accounts=[abroad], dates=DATES).failures == []
    assert_whole(case, tmp_path)
    cost = money_column(case.source, "hourly_performance", "cost")
    expected = {
        (row["ad_id"], row["report_date"], part["hour"]): (Decimal(part["cost"]), part["hour"], 1)
        for row in accounts[FIRST]["rows"]
        for part in row["hours"]
    }
    rows = case.landed(tmp_path, "hourly_performance")
    scale = {"cost_micros": 1_000_000, "cost_fen": 100}.get(cost, 1)
    ads = {
        (row["ad_id"], row["report_date"].isoformat(), row["hour"]): (
            Decimal(row[cost]) / scale, row["impressions"], row["clicks"],
        )
        for row in rows
        if row["ad_id"]
    }  # fmt: skip
    assert ads == {key: value for key, value in expected.items() if key[1] <= LAST_DAY.isoformat()}
    totals = [row for row in rows if row["ad_id"] is None]
    assert {row["campaign_id"] for row in totals} == {None}
    assert sum(Decimal(row[cost]) for row in totals) / scale == sum(value[0] for value in ads.values())
    days = case.landed(tmp_path, "account_performance")
    assert sum(Decimal(row[cost]) for row in totals) == sum(Decimal(row[cost]) for row in days)
    told = {row["conversions"] for row in rows if row["ad_id"]}
    assert told == ({None} if case.source == "meta_ads" else {Decimal(1)}), (
        "Meta tells no actions by the hour"
    )


@every_platform
def test_days_land_though_hours_are_refused(case: Case, tmp_path: Path) -> None:
    abroad = case.account(business_timezone="Pacific/Auckland")
    results = case.pull(tmp_path, BY_HOUR[case.source], accounts=[abroad], dates=DATES)
    assert [failure.account_id for failure in results.failures] == [FIRST]
    assert_whole(case, tmp_path)
    assert case.landed(tmp_path, "hourly_performance") == []
    pulls = {(row["entity"], row["status"]) for row in case.landed(tmp_path, "pulls")}
    assert pulls >= {("ad_performance", "complete"), ("hourly_performance", "failed")}
    case.pull(tmp_path, accounts=[abroad], dates=[LAST_DAY])
    assert len(case.landed(tmp_path, "hourly_performance")) >= ADS


@every_platform
def test_an_account_with_the_days_of_its_app_is_not_asked_by_the_hour(case: Case, tmp_path: Path) -> None:
    case.pull(tmp_path, BY_HOUR[case.source], dates=[FIRST_DAY])
    assert len(case.landed(tmp_path)) == ADS
    assert "hourly_performance" not in {row["entity"] for row in case.landed(tmp_path, "pulls")}


def test_hours_of_many_days_come_in_ranges_that_the_platform_takes(tmp_path: Path) -> None:
    """TikTok: one day a call."""
    case = next(case for case in CASES if case.source == "tiktok_ads")
    case.pull(tmp_path, accounts=[case.account(business_timezone="Pacific/Auckland")], dates=DATES)
    assert {row["report_date"] for row in case.landed(tmp_path, "hourly_performance")} == set(DATES)
    assert len({row["report_date"] for row in case.landed(tmp_path)}) == DAYS


def test_zones_with_the_same_days() -> None:
    shanghai, last = ZoneInfo("Asia/Shanghai"), date(2026, 3, 31)
    assert same_days(shanghai, ZoneInfo("Asia/Singapore"), last)
    assert not same_days(shanghai, ZoneInfo("America/Los_Angeles"), last)
    assert not same_days(ZoneInfo("Europe/London"), ZoneInfo("Africa/Abidjan"), last), (
        "the same in winter only"
    )
    assert not same_days(ZoneInfo("Asia/Kolkata"), ZoneInfo("Asia/Karachi"), last)
