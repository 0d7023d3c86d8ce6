"""Douyin accounts from end to end over HTTP."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.channel_accounts import DouyinAccount
from ingestion.demo.apis import Fault, serve
from ingestion.sources.account_pulls import PullResults
from ingestion.sources.channels import douyin
from tests.unit.ingestion.channel_state import AS_OF, LAST_DAY, OPEN_ID, douyin_state, write_channels
from tests.unit.ingestion.company_state import landed, settings

STATE = douyin_state()[OPEN_ID]


def account(**changed: Any) -> DouyinAccount:
    fields = {"platform": "douyin", "account_id": OPEN_ID, "app_id": "aurora", "endpoint": "demo"}
    return DouyinAccount.model_validate({**fields, "start_date": date(2026, 1, 1), **changed})


def pull(
    tmp_path: Path,
    *faults: Fault,
    as_of: Any = AS_OF,
    accounts: list[DouyinAccount] | None = None,
    **more: Any,
) -> PullResults:
    if not (tmp_path / "company").exists():
        write_channels(tmp_path)
    with serve(tmp_path / "company", as_of, faults) as url:
        return douyin.pull(settings(tmp_path, as_of), accounts or [account()], demo_base_url=url, **more)


def rows(tmp_path: Path, entity: str) -> list[dict[str, Any]]:
    return landed(tmp_path, "douyin", entity)


def test_lands_thirty_days_of_followers_and_the_counters_of_recent_videos(tmp_path: Path) -> None:
    assert pull(tmp_path).failures == []
    fans = rows(tmp_path, "user_fans")
    assert [(row["date"].isoformat(), row["new_fans"], row["total_fans"]) for row in fans] == [
        (row["date"], row["new_fans"], row["total_fans"]) for row in STATE["fans"][-30:]
    ]
    items = rows(tmp_path, "item_base")
    assert {
        row["item_id"]: (row["total_play"], row["published_date"], row["stat_date"]) for row in items
    } == {
        video["item_id"]: (200 if age == 2 else 1000, LAST_DAY - timedelta(age - 1), LAST_DAY)
        for video, age in zip(STATE["videos"][:2], (2, 10), strict=True)
    }
    asked = {(row["entity"], row["report_date"]) for row in rows(tmp_path, "pulls")}
    assert asked == {("user_fans", LAST_DAY - timedelta(n)) for n in range(30)} | {("item_base", LAST_DAY)}
    assert list(pull(tmp_path)) == []


def test_counters_are_read_once_a_day_and_every_reading_is_kept(tmp_path: Path) -> None:
    for number in (1, 0):
        pull(tmp_path, as_of=AS_OF - timedelta(days=number))
    pull(tmp_path, as_of=AS_OF + timedelta(hours=3))
    readings = [row for row in rows(tmp_path, "item_base") if row["item_id"] == "7300000000000000002"]
    assert [(row["stat_date"].day, row["total_play"]) for row in readings] == [(30, 900), (31, 1000)]


def test_yesterday_is_asked_only_after_ten_in_the_morning(tmp_path: Path) -> None:
    pull(tmp_path, as_of=AS_OF - timedelta(hours=10, minutes=1))
    assert max(row["report_date"] for row in rows(tmp_path, "pulls")) == date(2026, 3, 30)


def test_days_that_the_platform_no_longer_tells_are_not_asked(tmp_path: Path) -> None:
    dates = [LAST_DAY - timedelta(n) for n in (0, 5, 29, 30, 60)]
    pull(tmp_path, dates=dates)
    assert {row["date"] for row in rows(tmp_path, "user_fans")} == set(dates[:3])
    assert {row["stat_date"] for row in rows(tmp_path, "item_base")} == {LAST_DAY}


def test_days_before_the_authorisation_are_empty_and_not_missing(tmp_path: Path) -> None:
    young = {**STATE, "fans": STATE["fans"][-4:], "videos": []}
    write_channels(tmp_path, douyin={OPEN_ID: young})
    assert pull(tmp_path).failures == []
    counted = {
        row["report_date"]: row["rows"] for row in rows(tmp_path, "pulls") if row["entity"] == "user_fans"
    }
    assert (len(counted), sum(counted.values())) == (30, 4)
    assert rows(tmp_path, "item_base") == []


def test_a_token_that_expires_midway_and_a_busy_platform_pass(tmp_path: Path) -> None:
    faults = Fault("/item/base/", 2, "expired_token"), Fault("/user/fans/", 1, "server_error")
    assert pull(tmp_path, *faults).failures == []
    assert len(rows(tmp_path, "item_base")) == 2


def test_a_used_up_quota_in_a_good_status_keeps_what_came(tmp_path: Path) -> None:
    results = pull(tmp_path, Fault("/item/base/", 2, "quota"))
    assert "28003017" in results.failures[0].message
    assert len(rows(tmp_path, "user_fans")) == 30
    failed = {row["entity"] for row in rows(tmp_path, "pulls") if row["status"] == "failed"}
    assert failed == {"item_base"}
    assert rows(tmp_path, "item_base") == []
    assert pull(tmp_path).failures == []
    assert len(rows(tmp_path, "item_base")) == 2


def test_one_account_that_is_not_authorised_does_not_stop_the_others(tmp_path: Path) -> None:
    accounts = [account(account_id="stranger"), account()]
    results = pull(tmp_path, accounts=accounts)
    assert [failure.account_id for failure in results.failures] == ["stranger"]
    assert len(rows(tmp_path, "user_fans")) == 30


def test_a_page_that_repeats_itself_ends_in_an_error(tmp_path: Path) -> None:
    write_channels(tmp_path, douyin={OPEN_ID: {**STATE, "videos": STATE["videos"][:2] * 15}})
    results = pull(tmp_path, Fault("video_list", 2, "repeated_page"))
    assert "same page" in results.failures[0].message or "came twice" in results.failures[0].message


def test_counters_in_a_dated_list_are_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.demo.apis.douyin.Douyin.answers_lists", True)
    pull(tmp_path)
    assert [row["total_play"] for row in rows(tmp_path, "item_base")] == [200, 1000]


def test_a_refresh_token_that_ends_soon_is_renewed_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.demo.apis.douyin.Douyin.refresh_expires_in", 5 * 24 * 3600)
    pull(tmp_path)
    monkeypatch.setattr("ingestion.demo.apis.douyin.DEMO_CREDENTIALS", renewed())
    monkeypatch.setattr("ingestion.demo.apis.douyin.Douyin.refresh_expires_in", 30 * 24 * 3600)
    assert pull(tmp_path, as_of=AS_OF + timedelta(days=1)).failures == []


def renewed() -> dict[str, dict[str, str]]:
    return {"douyin": {"client_key": "demo-douyin-client", "refresh_token": "demo-douyin-refresh-1"}}
