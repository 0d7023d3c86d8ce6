"""WeChat official accounts from end to end over HTTP."""

import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.channel_accounts import WechatAccount
from ingestion.demo.apis import Fault, serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.channels import wechat_official_account as wechat
from tests.unit.ingestion.company_state import AS_OF, FIRST_DAY, WECHAT_ID, landed, settings, write_company

DAYS = 31


def account(**changed: Any) -> WechatAccount:
    fields = {"platform": "wechat_official_account", "account_id": WECHAT_ID, "app_id": "aurora"}
    return WechatAccount.model_validate({**fields, "endpoint": "demo", "start_date": FIRST_DAY, **changed})


def pull(tmp_path: Path, *faults: Fault, as_of: Any = AS_OF, **more: Any) -> PullResults:
    if not (tmp_path / "company").exists():
        write_company(tmp_path)
    with serve(tmp_path / "company", as_of, faults) as url:
        return wechat.pull(settings(tmp_path, as_of), [account()], demo_base_url=url, **more)


def rows(tmp_path: Path, entity: str) -> list[dict[str, Any]]:
    return landed(tmp_path, "wechat_official_account", entity)


def test_lands_all_three_entities_and_a_pull_for_each_day(tmp_path: Path) -> None:
    assert pull(tmp_path).failures == []
    summary, cumulate, articles = (rows(tmp_path, name) for name in wechat_entities())
    assert len(summary) == 2 * DAYS
    assert {row["user_source"] for row in summary} == {0, 99999999}
    assert [(row["user_source"], row["cumulate_user"]) for row in cumulate][:2] == [(0, 1000), (0, 1001)]
    assert [(row["stat_date"].day, row["like_count"], row["collection_count"]) for row in articles] == [
        (29, 1, 1),
        (30, 1, 1),
        (31, 1, 1),
    ]
    assert articles[0]["publish_date"] == date(2026, 3, 29)
    recorded = rows(tmp_path, "pulls")
    assert len(recorded) == 3 * DAYS
    assert {row["status"] for row in recorded} == {"complete"}
    of_articles = {
        row["report_date"].day: row["rows"] for row in recorded if row["entity"] == "article_total_detail"
    }
    assert (of_articles[29], of_articles[28]) == (3, 0)
    assert list(pull(tmp_path)) == []


def wechat_entities() -> tuple[str, str, str]:
    return "user_summary", "user_cumulate", "article_total_detail"


def test_yesterday_is_asked_only_after_eight_in_the_morning(tmp_path: Path) -> None:
    pull(tmp_path, as_of=AS_OF - timedelta(minutes=61))
    assert max(row["report_date"] for row in rows(tmp_path, "pulls")) == date(2026, 3, 30)


def test_articles_are_asked_again_once_a_day_while_they_are_counted(tmp_path: Path) -> None:
    pull(tmp_path)
    pull(tmp_path, as_of=AS_OF + timedelta(hours=10))
    asked = [row for row in rows(tmp_path, "pulls") if row["observed_at"] > AS_OF]
    assert "article_total_detail" not in {row["entity"] for row in asked}
    pull(tmp_path, as_of=AS_OF + timedelta(days=1))
    asked = [row for row in rows(tmp_path, "pulls") if row["observed_at"] == AS_OF + timedelta(days=1)]
    days = {row["report_date"] for row in asked if row["entity"] == "article_total_detail"}
    assert days == {date(2026, 4, 1) - timedelta(number) for number in range(31)}


def test_an_expired_token_and_a_busy_platform_pass(tmp_path: Path) -> None:
    faults = Fault("getusersummary", 2, "expired_token"), Fault("getusercumulate", 1, "server_error")
    assert pull(tmp_path, *faults).failures == []
    assert len(rows(tmp_path, "user_summary")) == 2 * DAYS


def test_a_used_up_quota_keeps_what_came_and_is_reported(tmp_path: Path) -> None:
    results = pull(tmp_path, Fault("getarticletotaldetail", None, "quota"))
    assert "45009" in results.failures[0].message
    assert "quota is used up" in results.failures[0].message
    assert len(rows(tmp_path, "user_summary")) == 2 * DAYS
    assert {row["status"] for row in rows(tmp_path, "pulls") if row["entity"] == "article_total_detail"} == {
        "failed"
    }


def test_data_that_the_platform_is_still_computing_is_asked_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as delayed:
        delayed.setattr("ingestion.demo.apis.wechat.Wechat.is_delayed", True)
        assert pull(tmp_path).failures == []
    assert rows(tmp_path, "article_total_detail") == []
    failed = [row for row in rows(tmp_path, "pulls") if row["status"] == "failed"]
    assert {row["entity"] for row in failed} == {"article_total_detail"}
    assert "still computing" in failed[0]["message"]
    pull(tmp_path)
    assert len(rows(tmp_path, "article_total_detail")) == 3


def test_secrets_are_in_no_message_log_or_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pull(tmp_path, Fault("getarticletotaldetail", None, "forbidden"))
    monkeypatch.setenv("WX_APPID", DEMO_CREDENTIALS["wechat_official_account"]["appid"])
    monkeypatch.setenv("WX_SECRET", "canary-secret")
    with serve(tmp_path / "company", AS_OF) as url:
        real = account(
            endpoint=f"{url}/wechat",
            credentials={"appid": "WX_APPID", "secret": "WX_SECRET"},
            account_id="gh_2",
        )
        with pytest.raises(NoAccountPulled, match=r"wechat_official_account.*gh_2.*40125") as error:
            wechat.pull(settings(tmp_path), [real])
    seen = caplog.text.encode() + str(error.value).encode()
    seen += b"".join(path.read_bytes() for path in (tmp_path / "raw").rglob("*") if path.is_file())
    for secret in ("canary-secret", "demo-wechat-access", "demo-wechat-secret"):
        assert secret.encode() not in seen
