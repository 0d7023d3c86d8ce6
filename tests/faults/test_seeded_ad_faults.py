"""Faults put into the answers of ad platforms: the arrival gate stops each, and 30 clean days raise no alarm.

Faults that the connector itself refuses (repeated, skipped, shifted pages, wrong totals, endless cursors, unasked days)
are in tests/unit/ingestion/sources/ad_accounts/test_every_platform.py; a missing exchange rate stops dbt
(every_ad_row_has_an_exchange_rate). Here are those that look like a whole answer.
"""

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ingestion.manifest import Manifest
from tests.faults import ad_days
from tests.faults.ad_days import ASKED_AGAIN, GOOGLE, OTHERS, Platform, Rows

DAYS = 30
pytestmark = pytest.mark.xdist_group("seeded_ad_faults")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 clean days of a large and a small account of Google Ads, each judged in its turn."""
    data_dir = tmp_path_factory.mktemp("history")
    for number in range(DAYS):
        ad_days.land(data_dir, GOOGLE, number, ad_days.answers(GOOGLE, number))
        ad_days.judge(data_dir, GOOGLE, number)
    return data_dir


def not_accepted(data_dir: Path, platform: Platform) -> list[tuple[str, str]]:
    entries = Manifest(data_dir).entries(platform.source)
    return [(entry.state, entry.state_reason) for entry in entries if entry.state != "accepted"]


def test_thirty_clean_days_raise_no_false_alarm(history: Path) -> None:
    assert len(Manifest(history).entries("google_ads")) == DAYS
    assert not_accepted(history, GOOGLE) == []


@pytest.mark.parametrize("platform", OTHERS, ids=[platform.source for platform in OTHERS])
def test_nor_do_thirty_clean_days_of_the_other_platforms(platform: Platform, tmp_path: Path) -> None:
    """In the platform's own unit of money and zone; asked every third day, since judging is what takes time."""
    for number in range(ASKED_AGAIN - 1, DAYS, ASKED_AGAIN):
        ad_days.land(tmp_path, platform, number, ad_days.answers(platform, number))
        ad_days.judge(tmp_path, platform, number)
    assert len(Manifest(tmp_path).entries(platform.source)) == DAYS / ASKED_AGAIN
    assert not_accepted(tmp_path, platform) == []


def newest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the last day, which was never pulled before."""
    last = max(row["report_date"] for row in rows)
    return [row for row in rows if row["report_date"] == last]


def scale(*columns: str, by: float) -> Callable[[Rows], None]:
    """All days that are asked, in ads and totals alike: nothing disagrees within the answer."""

    def change(rows: Rows) -> None:
        for row in (*rows["ad_performance"], *rows["account_performance"]):
            row.update({column: int(row[column] * by) for column in columns})

    return change


def shrink_newest(by: float) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        for row in (*newest(rows["ad_performance"]), *newest(rows["account_performance"])):
            row.update({name: int(row[name] * by) for name in ("cost_micros", "impressions", "clicks")})

    return change


def every_row(**values: Any) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        for row in (row for part in rows.values() for row in part):
            row.update(values)

    return change


def restated_to_zero(rows: Rows) -> None:
    day = min(row["report_date"] for row in rows["ad_performance"])
    for row in (row for part in rows.values() for row in part if row["report_date"] == day):
        row.update(cost_micros=0, impressions=0, clicks=0, conversions=0)


def conversions_twice(rows: Rows) -> None:
    rows["conversions"] += [{**row, "action": "omni_purchase"} for row in rows["conversions"]]


def half_of_the_ads(rows: Rows) -> None:
    rows["ad_performance"] = rows["ad_performance"][::3]


def ads_twice(rows: Rows) -> None:
    rows["ad_performance"] += [{**row, "ad_id": f"copy {row['ad_id']}"} for row in rows["ad_performance"]]


def more_clicks_than_impressions(rows: Rows) -> None:
    for row in rows["ad_performance"]:
        row["impressions"], row["clicks"] = row["clicks"], row["impressions"]


def no_totals(rows: Rows) -> None:
    rows["account_performance"] = []


def yesterday_once_more(rows: Rows) -> None:
    for part in ("ad_performance", "account_performance"):
        days = sorted({row["report_date"] for row in rows[part]})
        kept = [row for row in rows[part] if row["report_date"] != days[-1]]
        rows[part] = kept + [
            {**row, "report_date": days[-1]} for row in kept if row["report_date"] == days[-2]
        ]


def one_day_later(rows: Rows) -> None:
    for row in (row for part in rows.values() for row in part):
        row["report_date"] = ad_days.date.fromisoformat(row["report_date"]) + ad_days.timedelta(1)
        row["report_date"] = row["report_date"].isoformat()


def null_keys(rows: Rows) -> None:
    for row in rows["ad_performance"][::10]:
        row["ad_id"] = None


def no_number(rows: Rows) -> None:
    for row in rows["ad_performance"][::10]:
        row["cost_micros"] = "12,34.5 $"


def hours_twice(rows: Rows) -> None:
    for row in rows["hourly_performance"]:
        row["cost_micros"] *= 2


def negative_spend(rows: Rows) -> None:
    for row in rows["account_performance"]:
        row["cost_micros"] = -row["cost_micros"]


#: Fault → (what it does to the answer of the 31st day, words of the expectation that stops it).
FAULTS: dict[str, tuple[Callable[[Rows], None], str]] = {
    "unit times 100": (scale("cost_micros", by=100), "the cost of one click is near the usual"),
    "unit divided by 100": (scale("cost_micros", by=0.01), "the cost of one click is near the usual"),
    "micros taken for units": (scale("cost_micros", by=1e6), "a click has a plausible cost"),
    "units taken for micros": (scale("cost_micros", by=1e-6), "a day keeps its spend when pulled again"),
    "impressions in thousands": (scale("impressions", by=0.001), "clicks do not exceed impressions"),
    "impressions times 1000": (scale("impressions", by=1000), "the cost of one impression is near the usual"),
    "currency swapped": (every_row(currency_code="CNY"), "keeps its currency and its time zone"),
    "currency unknown": (every_row(currency_code="$"), "ISO 4217"),
    "time zone shifted": (every_row(time_zone="Asia/Tokyo"), "keeps its currency and its time zone"),
    "days shifted": (one_day_later, "a day is over when it is asked"),
    "truncated day": (shrink_newest(0.1), "spends about as much as the same weekday"),
    "the day before once more": (yesterday_once_more, "not the day before once more"),
    "restated to zero": (restated_to_zero, "keeps its spend when pulled again"),
    "conversions counted twice": (conversions_twice, "conversions by action add up"),
    "dropped page of ads": (half_of_the_ads, "keeps at least half of its ads"),
    "duplicated page of ads": (ads_twice, "ads do not cost more than their account"),
    "columns swapped": (more_clicks_than_impressions, "clicks do not exceed impressions"),
    "totals missing": (no_totals, "ads do not cost more than their account"),
    "null keys": (null_keys, "rows that the platform answered are kept"),
    "text in place of money": (no_number, "rows that the platform answered are kept"),
    "hours twice": (hours_twice, "the hours of a day add up to it"),
    "negative spend": (negative_spend, "rows that the platform answered are kept"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_stopped_at_arrival(name: str, history: Path, tmp_path: Path) -> None:
    change, words = FAULTS[name]
    data_dir = tmp_path / "data"
    shutil.copytree(history, data_dir)
    rows = deepcopy(ad_days.answer(GOOGLE, "large", DAYS))
    change(rows)
    ad_days.land(data_dir, GOOGLE, DAYS, rows)
    arrival = ad_days.judge(data_dir, GOOGLE, DAYS)
    assert arrival.accepted == []
    (reason,) = arrival.held.values()
    assert words in reason


def test_rows_that_got_lost_between_connector_and_landing_are_missed(history: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(history, data_dir)
    rows = ad_days.answer(GOOGLE, "large", DAYS)
    asked = ad_days.pulls(rows, ad_days.settings(data_dir, DAYS).as_of)
    rows["ad_performance"] = rows["ad_performance"][:-2]
    ad_days.land(data_dir, GOOGLE, DAYS, rows, asked)
    (reason,) = ad_days.judge(data_dir, GOOGLE, DAYS).held.values()
    assert "rows that the platform answered are kept" in reason


def test_a_pause_is_asked_about_once_and_then_is_the_usual(history: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(history, data_dir)
    nothing = {name: 0 for name in ("cost_micros", "impressions", "clicks", "conversions")}
    for number in (DAYS, DAYS + 1, DAYS + 2):
        rows = ad_days.answer(GOOGLE, "large", number)
        for row in (row for part in rows.values() for row in part):
            if row["report_date"] >= ad_days.day_of(DAYS).isoformat():
                row.update(nothing)
        ad_days.land(data_dir, GOOGLE, number, rows)
        arrival = ad_days.judge(data_dir, GOOGLE, number)
        if number == DAYS:
            (batch_id,) = arrival.held
            Manifest(data_dir).set_state(batch_id, "accepted", "the campaigns are paused")
        else:
            assert arrival.held == {}
