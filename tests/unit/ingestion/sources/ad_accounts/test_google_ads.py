"""Google Ads from end to end over HTTP: what lands, what a fault does, what is never said."""

import logging
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.demo.apis import Fault, serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.errors import SourceError
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.ad_accounts import google_ads
from ingestion.sources.ad_accounts.account_settings import GoogleAdsAccount
from tests.unit.ingestion.company_state import (
    ADS_A_DAY,
    AS_OF,
    FIRST_DAY,
    GOOGLE_ID,
    ads_state,
    landed,
    settings,
    write_company,
)

LAST_DAY = date(2026, 3, 30)  # as-of is still 31 March in Los Angeles


def account(**changed: Any) -> GoogleAdsAccount:
    fields = {"platform": "google_ads", "account_id": GOOGLE_ID, "endpoint": "demo", "start_date": FIRST_DAY}
    fields |= {"business_timezone": "America/Los_Angeles"}
    return GoogleAdsAccount.model_validate({**fields, **changed})


def pull(
    tmp_path: Path, *faults: Fault, accounts: Any = None, as_of: Any = AS_OF, **more: Any
) -> PullResults:
    company = tmp_path / "company"
    if not company.exists():
        write_company(tmp_path)
    with serve(company, as_of, faults, page_size=20) as url:
        accounts = accounts or [account()]
        return google_ads.pull(settings(tmp_path, as_of), accounts, demo_base_url=url, **more)


def pulls(tmp_path: Path) -> list[dict[str, Any]]:
    return landed(tmp_path, "google_ads", "pulls")


def test_lands_every_whole_day_exactly(tmp_path: Path) -> None:
    results = pull(tmp_path)
    rows = landed(tmp_path, "google_ads", "ad_performance")
    assert results.failures == []
    assert len(rows) == 30 * ADS_A_DAY
    assert {row["report_date"] for row in rows} == {FIRST_DAY + timedelta(number) for number in range(30)}
    assert rows[0]["cost_micros"] == 1_230_001
    assert rows[0]["conversion_value"] == Decimal("12345678901.340000")
    assert rows[3]["conversions"] == Decimal("1.250000")
    assert (rows[0]["account_name"], rows[0]["currency_code"]) == ("Harbor", "USD")
    assert (rows[0]["time_zone"], rows[0]["campaign_name"]) == ("America/Los_Angeles", "春季, spring")
    totals = landed(tmp_path, "google_ads", "account_performance")
    assert sum(row["cost_micros"] for row in totals) == sum(row["cost_micros"] for row in rows)
    assert all(row["_extra"] is None and row["_observed_at"] == AS_OF for row in rows)
    recorded = pulls(tmp_path)
    assert len(recorded) == 4 * 30 + 2, "four daily entities, and the state of account and ads"
    assert {row["status"] for row in recorded} == {"complete"}
    assert sum(row["rows"] for row in recorded if row["entity"] == "ad_performance") == len(rows)


def test_lands_the_state_of_ads_and_what_was_done(tmp_path: Path) -> None:
    pull(tmp_path)
    (account_now,) = landed(tmp_path, "google_ads", "accounts")
    assert (account_now["account_name"], account_now["balance_micros"]) == ("Harbor", None)
    ads = landed(tmp_path, "google_ads", "ads")
    assert [(ad["ad_id"], ad["status"]) for ad in ads] == [
        ("300", "ENABLED"),
        ("301", "ENABLED"),
        ("302", "ENABLED"),
    ]
    assert ads[0]["landing_url"] == "https://example.com/?utm_campaign=春季, spring&utm_content=ad 0"
    rows = landed(tmp_path, "google_ads", "conversions")
    assert {(row["action"], row["attribution_window"], row["time_basis"]) for row in rows} == {
        ("purchase", "account", "touch")
    }
    per_ad = landed(tmp_path, "google_ads", "ad_performance")
    done = sum(row["conversions"] for row in per_ad)
    assert sum(row["conversions"] for row in rows if row["ad_id"]) == done
    assert sum(row["conversions"] for row in rows if not row["ad_id"]) == done, "of the account itself"


def test_the_same_moment_again_lands_nothing_and_an_hour_later_only_the_open_days(tmp_path: Path) -> None:
    pull(tmp_path)
    assert list(pull(tmp_path)) == []
    again = pull(tmp_path, as_of=AS_OF + timedelta(minutes=61))
    assert len(again) == 1
    days = {row["report_date"] for row in pulls(tmp_path) if row["observed_at"] > AS_OF}
    assert days - {None} == {LAST_DAY - timedelta(number) for number in range(14)}


def test_restated_figures_come_with_the_next_pull(tmp_path: Path) -> None:
    state = ads_state()
    row = state["google_ads"][GOOGLE_ID]["rows"][0]
    row["restated"] = {"after_days": 3, "cost_micros": 999, "conversions": "7.5"}
    write_company(tmp_path, state)
    early = AS_OF - timedelta(days=29)
    pull(tmp_path, as_of=early)
    pull(tmp_path, as_of=early + timedelta(days=3))
    seen = [
        (row["cost_micros"], row["conversions"])
        for row in landed(tmp_path, "google_ads", "ad_performance")
        if row["report_date"] == FIRST_DAY and row["ad_id"] == "300"
    ]
    assert seen == [(1_230_001, Decimal("0.25")), (999, Decimal("7.5"))]


def test_days_without_figures_are_complete_with_no_rows(tmp_path: Path) -> None:
    state = ads_state()
    for row in state["google_ads"][GOOGLE_ID]["rows"][: 2 * ADS_A_DAY]:
        row.update(cost_micros=0, impressions=0, clicks=0, conversions="0")
    write_company(tmp_path, state)
    pull(tmp_path)
    first = [row for row in pulls(tmp_path) if row["report_date"] == FIRST_DAY]
    assert [(row["status"], row["rows"]) for row in first] == [("complete", 0)] * 4


def test_given_dates_are_pulled_exactly_but_never_the_running_day(tmp_path: Path) -> None:
    pull(tmp_path, dates=[date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 31)])
    asked = [row for row in pulls(tmp_path) if row["entity"] == "ad_performance"]
    assert [(row["report_date"].day, row["rows"]) for row in asked] == [(2, ADS_A_DAY), (5, ADS_A_DAY)]


@pytest.mark.parametrize(
    "kind", ["rate_limit", "server_error", "quota", "cut_body", "expired_token", "time_out"]
)
def test_trouble_in_the_middle_of_paging_passes(tmp_path: Path, kind: Any, waited: list[float]) -> None:
    results = pull(tmp_path, Fault("search", nth=4, kind=kind, seconds=2.0))
    assert results.failures == []
    assert len(landed(tmp_path, "google_ads", "ad_performance")) == 30 * ADS_A_DAY
    assert waited == ([] if kind == "expired_token" else [2.0] if kind == "rate_limit" else [1.0])


@pytest.mark.parametrize(
    ("kind", "nth", "words"),
    [
        ("total_mismatch", None, "90 rows came, the API states 91"),
        ("repeated_page", None, "100 rows came, the API states 90"),
        ("repeated_page", 2, "adds up to|came twice"),
        ("forbidden", None, "HTTP 403"),
    ],
)
def test_a_short_or_wrong_answer_is_never_marked_complete(
    tmp_path: Path, kind: Any, nth: int | None, words: str
) -> None:
    fault = Fault(nth=nth, kind=kind, body_contains="FROM ad_group_ad")
    with pytest.raises(NoAccountPulled, match=words) as error:
        pull(tmp_path, fault)
    assert "\n" not in str(error.value)
    assert len(error.value.results) == 1, "the failure itself is on record"
    assert landed(tmp_path, "google_ads", "ad_performance") == []
    assert {row["status"] for row in pulls(tmp_path)} == {"failed"}
    pull(tmp_path)
    assert len(landed(tmp_path, "google_ads", "ad_performance")) == 30 * ADS_A_DAY


def test_one_failing_account_stops_no_other(tmp_path: Path) -> None:
    results = pull(tmp_path, accounts=[account(account_id="999"), account()])
    assert [failure.account_id for failure in results.failures] == ["999"]
    assert "PERMISSION_DENIED" in results.failures[0].message
    assert len(landed(tmp_path, "google_ads", "ad_performance")) == 30 * ADS_A_DAY
    failed = [row for row in pulls(tmp_path) if row["account_id"] == "999"]
    assert [(row["status"], row["report_date"]) for row in failed] == [("failed", None)] * 7


def test_missing_secrets_are_named_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("G_DEV", raising=False)
    monkeypatch.setenv("G_ACCESS", "x")
    real = account(endpoint=None, credentials={"developer_token": "G_DEV", "access_token": "G_ACCESS"})
    with pytest.raises(
        SourceError, match="google_ads account 1234567890: set the environment variable G_DEV"
    ):
        google_ads.pull(settings(tmp_path), [real])
    assert not (tmp_path / "raw").exists()


def test_wrong_credentials_give_one_clear_line_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("G_DEV", "canary-developer")
    monkeypatch.setenv("G_ACCESS", "canary-access")
    with serve(write_company(tmp_path), AS_OF) as url:
        real = account(
            endpoint=f"{url}/google_ads",
            credentials={"developer_token": "G_DEV", "access_token": "G_ACCESS"},
        )
        with pytest.raises(
            NoAccountPulled, match=r"google_ads.*1234567890.*access token is refused"
        ) as error:
            google_ads.pull(settings(tmp_path), [real])
    seen = caplog.text + str(error.value) + str(pulls(tmp_path))
    assert "canary" not in seen


def test_no_secret_lands_or_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pull(tmp_path, Fault("search", nth=3, kind="expired_token"))
    secrets = [*DEMO_CREDENTIALS["google_ads"].values(), "demo-google-access"]
    files = [path for top in ("raw", "quarantine") for path in (tmp_path / top).rglob("*") if path.is_file()]
    assert files
    for secret in secrets:
        assert secret not in caplog.text
        assert not any(secret.encode() in path.read_bytes() for path in files)


def test_keywords_and_money_of_the_account_land_exactly(tmp_path: Path) -> None:
    state = ads_state()
    keyword = {"campaign_id": "11", "campaign_name": "spring", "ad_group_id": "21", "ad_group_name": "group"}
    keyword |= {"keyword_id": "900", "keyword_text": "buy harbor", "match_type": "PHRASE"}
    figures = {"cost_micros": 310_000, "impressions": 40, "clicks": 2, "conversions": "0.5"}
    days = ["2026-03-01", "2026-03-30"]
    account = state["google_ads"][GOOGLE_ID]
    account["keywords"] = [{**keyword, **figures, "report_date": day} for day in days]
    account |= {"balance": "1250.07", "daily_budget": "80.5"}
    write_company(tmp_path, state)
    pull(tmp_path)
    rows = landed(tmp_path, "google_ads", "keyword_performance")
    assert [row["report_date"].isoformat() for row in rows] == days
    assert {(row["keyword_id"], row["keyword_text"], row["match_type"]) for row in rows} == {
        ("900", "buy harbor", "PHRASE")
    }
    assert {(row["cost_micros"], row["clicks"], row["conversions"]) for row in rows} == {
        (310_000, 2, Decimal("0.5"))
    }
    (now,) = landed(tmp_path, "google_ads", "accounts")
    assert (now["balance_micros"], now["daily_budget_micros"]) == (1_250_070_000, 80_500_000)
