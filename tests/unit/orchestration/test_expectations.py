"""The suites of the source families, run by Great Expectations itself on small batches."""

from pathlib import Path

import pandas as pd
import pytest

from orchestration.arrival import review
from orchestration.expectations.runner import ExpectationRaised, judge
from orchestration.expectations.suite import Frame, between
from tests.unit.orchestration.batches import land, settings


def apps(count: int, **more: str) -> list[dict]:
    return [
        {"app_id": f"app{i}", "timezone": "Asia/Shanghai", "currency": "CNY", **more} for i in range(count)
    ]


def events(day: str, count: int) -> list[dict]:
    return [
        {
            "event_id": f"{day}-{i}",
            "app_id": "a",
            "event_name": "x",
            "user_id": "u",
            "occurred_at": f"{day}T10:00:00Z",
        }
        for i in range(count)
    ]


def test_an_expectation_that_cannot_be_computed_raises_instead_of_failing() -> None:
    frame = Frame("numbers", pd.DataFrame({"a": [1]}), (between("b is small", "b", 0, 1),))
    with pytest.raises(ExpectationRaised, match="numbers"):
        judge("suite", [frame])


def test_what_is_unmet_says_where() -> None:
    rows = pd.DataFrame({"account": ["x", "y"], "share": [0.9, 0.1]})
    frame = Frame("days", rows, (between("half is there", "share", 0.5),), labels=("account",))
    judgement = judge("suite", [frame])
    assert [str(unmet) for unmet in judgement.unmet] == [
        "half is there (days: 1 unexpected, such as share=0.1, account=y)"
    ]


def test_an_empty_frame_gives_its_note_and_judges_nothing() -> None:
    frame = Frame(
        "days", pd.DataFrame({"share": []}), (between("x", "share", 0, 1),), note="too little history"
    )
    judgement = judge("suite", [frame])
    assert judgement.is_met
    assert (judgement.evaluated, judgement.notes) == (0, ("days: too little history",))


def test_a_sound_workbook_is_accepted_and_a_senseless_one_held(tmp_path: Path) -> None:
    land(tmp_path, "ops_workbook", {"apps": apps(2)})
    assert review(settings(tmp_path), "ops_workbook").is_met
    batch = land(
        tmp_path, "ops_workbook", {"apps": [*apps(1, timezone="Asia/Shangai"), *apps(1, currency="yuan")]}
    )
    reason = review(settings(tmp_path), "ops_workbook").held[batch]
    assert "inbox/ops_workbook/apps.csv" in reason
    assert "Asia/Shangai" in reason
    assert "yuan" in reason
    assert "a key stands in one row only" in reason


def test_a_short_table_does_not_replace_a_long_one(tmp_path: Path) -> None:
    def rates(count: int) -> list[dict]:
        return [
            {"rate_date": f"2026-01-{day:02}", "currency": "USD", "rate_to_reporting": "7.1"}
            for day in range(1, count + 1)
        ]

    land(tmp_path, "ops_workbook", {"fx_rates": rates(30)})
    land(tmp_path, "ops_workbook", {"fx_rates": rates(20)})
    assert review(settings(tmp_path), "ops_workbook").is_met
    batch = land(tmp_path, "ops_workbook", {"fx_rates": rates(5)})
    assert "entity=fx_rates" in review(settings(tmp_path), "ops_workbook").held[batch]


def test_a_table_of_the_database_that_lost_half_its_keys_is_held_and_a_short_reading_is_not(
    tmp_path: Path,
) -> None:
    def read(hour: int, rows: int, table_rows: int | None) -> dict[str, list[dict]]:
        asked = {"account_id": "shop", "entity": "creators", "observed_at": f"2026-03-31T{hour:02}:00:00Z"}
        size = {"rows": str(rows), "table_rows": None if table_rows is None else str(table_rows)}
        return {"pulls": [{**asked, **size, "status": "complete", "reading": "changes"}]}

    for hour, rows, table_rows in ((0, 1000, 1000), (1, 2, None), (2, 3, 500)):
        land(tmp_path, "app_database", read(hour, rows, table_rows))
        assert review(settings(tmp_path), "app_database").is_met
    batch = land(tmp_path, "app_database", read(3, 3, 249))
    held = review(settings(tmp_path), "app_database").held[batch]
    assert "a table is at least half as long as before" in held
    assert "table_name=shop.creators" in held


def test_a_small_table_may_shrink(tmp_path: Path) -> None:
    for count in (10, 1):
        land(tmp_path, "ops_workbook", {"apps": apps(count)})
        assert review(settings(tmp_path), "ops_workbook").is_met


def test_a_past_day_far_below_the_usual_is_held_once_there_is_history(tmp_path: Path) -> None:
    land(
        tmp_path, "app_events", {"events": [e for d in range(1, 21) for e in events(f"2026-03-{d:02}", 1000)]}
    )
    land(tmp_path, "app_events", {"events": events("2026-03-21", 60)})
    assert review(settings(tmp_path), "app_events").is_met
    batch = land(tmp_path, "app_events", {"events": events("2026-03-22", 40)})
    assert "activity_date=2026-03-22" in review(settings(tmp_path), "app_events").held[batch]


def test_a_day_that_comes_in_parts_is_judged_by_all_of_them(tmp_path: Path) -> None:
    land(
        tmp_path, "app_events", {"events": [e for d in range(1, 21) for e in events(f"2026-03-{d:02}", 1000)]}
    )
    late = [{**event, "event_id": event["event_id"] + "-late"} for event in events("2026-03-20", 1)]
    land(tmp_path, "app_events", {"events": late})
    assert review(settings(tmp_path), "app_events").is_met


def test_a_repull_that_lost_most_ads_of_a_day_is_held(tmp_path: Path) -> None:
    def pull(rows: int, at: str) -> dict:
        account = {"account_id": "1", "report_date": "2026-03-30"}
        money = {"cost_micros": "10", "impressions": "1", "clicks": "1"}
        place = {"currency_code": "USD", "time_zone": "America/Los_Angeles"}
        ads = [
            {**account, **money, **place, "campaign_id": "c", "ad_group_id": "g", "ad_id": str(i)}
            for i in range(rows)
        ]
        total = {**account, **place, **money, "cost_micros": str(10 * rows)}
        asked = {
            **account,
            "entity": "ad_performance",
            "observed_at": at,
            "status": "complete",
            "rows": str(rows),
        }
        return {"ad_performance": ads, "account_performance": [total], "pulls": [asked]}

    land(tmp_path, "google_ads", pull(40, "2026-03-31T08:00:00Z"))
    assert review(settings(tmp_path), "google_ads").is_met
    batch = land(tmp_path, "google_ads", pull(3, "2026-04-01T00:00:00Z"))
    assert "a day keeps at least half of its ads" in review(settings(tmp_path), "google_ads").held[batch]


def contents(count: int, views: int, **more: str) -> list[dict]:
    return [
        {
            "app_id": "a",
            "platform": "xiaohongshu",
            "external_content_id": f"n{i}",
            "stat_date": "2026-03-30",
            "views": str(views + i),
            **more,
        }
        for i in range(count)
    ]


def test_a_download_whose_unit_changed_is_held(tmp_path: Path) -> None:
    """The same contents a day later at 10,000 times the views: somebody took 万 for 1."""
    land(tmp_path, "platform_exports", {"content_stats": contents(12, 150)})
    assert review(settings(tmp_path), "platform_exports").is_met
    land(tmp_path, "platform_exports", {"content_stats": contents(12, 900, stat_date="2026-03-31")})
    assert review(settings(tmp_path), "platform_exports").is_met, "contents grow"
    batch = land(
        tmp_path, "platform_exports", {"content_stats": contents(12, 9_000_000, stat_date="2026-04-01")}
    )
    reason = review(settings(tmp_path), "platform_exports").held[batch]
    assert "its unit is the one of before" in reason
    assert "views" in reason


def test_a_download_with_more_than_a_day_of_watching_a_view_is_held(tmp_path: Path) -> None:
    rows = {"content_stats": contents(2, 10, view_seconds="9000000")}
    batch = land(tmp_path, "platform_exports", rows)
    assert "a view lasts at most a day" in review(settings(tmp_path), "platform_exports").held[batch]


def test_a_promotion_of_tomorrow_is_held(tmp_path: Path) -> None:
    row = {"app_id": "a", "platform": "p", "channel": "offline", "amount": "1", "cost_date": "2099-01-01"}
    batch = land(tmp_path, "platform_exports", {"promotion_costs": [row]})
    assert "not in the future" in review(settings(tmp_path), "platform_exports").held[batch]
