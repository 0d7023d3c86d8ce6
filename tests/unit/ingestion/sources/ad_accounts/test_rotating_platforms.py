"""Baidu, Xiaohongshu and Kuaishou over HTTP: figures as they write them, money, readiness, tokens that rotate."""

import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.demo.apis import serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.errors import SourceError
from ingestion.secrets_store import DEMO_KEY, TokenChain
from ingestion.sources.account_pulls import NoAccountPulled
from tests.unit.ingestion.company_state import AS_OF, settings, write_company
from tests.unit.ingestion.sources.ad_accounts.rotating_platforms import (
    ADS,
    BAIDU,
    DAYS,
    FIRST_DAY,
    PLATFORMS,
    Platform,
    ads_state,
)

each_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.source)


def expected_ads(platform: Platform) -> int:
    return DAYS * ADS * (2 if platform is BAIDU else 1)


def chain(tmp_path: Path, platform: Platform) -> TokenChain:
    first = DEMO_CREDENTIALS[platform.source]["refresh_token"]
    return TokenChain(tmp_path, f"{platform.source}-demo", first, DEMO_KEY.encode())


@each_platform
def test_lands_every_whole_day_exactly(tmp_path: Path, platform: Platform) -> None:
    results = platform.pull(tmp_path)
    rows = platform.landed(tmp_path)
    assert results.failures == []
    assert len(rows) == expected_ads(platform)
    assert max(row["report_date"] for row in rows) == date(2026, 3, 31)
    first = min(rows, key=lambda row: (row["report_date"], row["ad_id"]))
    assert (first["cost"], first["conversion_value"]) == (Decimal("1234.50"), Decimal("1234567.89"))
    assert (first["impressions"], first["clicks"]) == (10_000, 5)
    assert (first["campaign_id"], first["ad_group_id"], first["ad_id"]) == ("11", "21", "300")
    assert (first["campaign_name"], first["ad_name"]) == ("春季, spring", "创意 0")
    assert (first["currency_code"], first["time_zone"]) == ("CNY", "Asia/Shanghai")
    assert first["account_name"] == next(iter(ads_state()[platform.source].values()))["account_name"]
    assert all(row["_extra"] is None and row["_observed_at"] == AS_OF for row in rows)
    totals = {row["report_date"]: row for row in platform.landed(tmp_path, "account_performance")}
    of_first_day = [row for row in rows if row["report_date"] == FIRST_DAY]
    assert totals[FIRST_DAY]["cost"] == sum(row["cost"] for row in of_first_day) + Decimal("0.07")
    assert totals[FIRST_DAY]["impressions"] == sum(row["impressions"] for row in of_first_day) + 9
    assert len(totals) == DAYS
    assert list(platform.pull(tmp_path)) == [], "the same moment again lands nothing"


@each_platform
def test_the_balance_and_the_budget_are_in_whole_units(tmp_path: Path, platform: Platform) -> None:
    platform.pull(tmp_path)
    (account,) = platform.landed(tmp_path, "accounts")
    assert account["balance"] == Decimal("12345.67")
    # 1 April 2026 is a Wednesday; Xiaohongshu offers no budget of an account.
    budgets = {"baidu_ads": Decimal("2000.5"), "kuaishou_ads": Decimal(102), "xiaohongshu_ads": None}
    assert account["daily_budget"] == budgets[platform.source]


@each_platform
def test_a_day_is_asked_when_the_platform_has_it_whole(tmp_path: Path, platform: Platform) -> None:
    before_ready = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)  # 07:59 of 1 April in Shanghai
    platform.pull(tmp_path, as_of=before_ready)
    assert max(row["report_date"] for row in platform.landed(tmp_path)) == date(2026, 3, 30)
    platform.pull(tmp_path, as_of=datetime(2026, 4, 1, tzinfo=UTC))
    assert max(row["report_date"] for row in platform.landed(tmp_path)) == date(2026, 3, 31)


@each_platform
def test_a_crash_after_the_exchange_loses_no_token(
    tmp_path: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_company(tmp_path, ads_state())
    with serve(tmp_path / "company", AS_OF) as url, monkeypatch.context() as crash:

        def die(*_: Any) -> Any:
            raise KeyboardInterrupt

        crash.setattr(TokenChain, "confirm", die)
        with pytest.raises(KeyboardInterrupt):
            platform.module.pull(settings(tmp_path), [platform.account()], demo_base_url=url)
        assert len(chain(tmp_path, platform).candidates()) == 2, "pending, not yet confirmed"
        crash.undo()
        # The same server: the first token is dead, only the pending one works.
        results = platform.module.pull(settings(tmp_path), [platform.account()], demo_base_url=url)
    assert results.failures == []
    (kept,) = chain(tmp_path, platform).candidates()
    assert all(kept.encode() not in path.read_bytes() for path in (tmp_path / "secrets").iterdir())


@each_platform
def test_refused_secrets_say_what_to_do_and_are_never_said(
    tmp_path: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPS_TOKEN_KEY", DEMO_KEY)
    given = DEMO_CREDENTIALS[platform.source] | {"refresh_token": "canary-refresh"}
    for name, value in given.items():
        monkeypatch.setenv(f"X_{name.upper()}", value)
    with serve(write_company(tmp_path, ads_state()), AS_OF) as url:
        real = platform.account(
            endpoint=f"{url}/{platform.source}", credentials={name: f"X_{name.upper()}" for name in given}
        )
        with pytest.raises(NoAccountPulled, match=r"\d{5}: .*authorise the account again") as error:
            platform.module.pull(settings(tmp_path), [real])
        monkeypatch.delenv("OPS_TOKEN_KEY")
        with pytest.raises(SourceError, match="OPS_TOKEN_KEY is not set"):
            platform.module.pull(settings(tmp_path), [real])
    seen = caplog.text + str(error.value) + str(platform.landed(tmp_path, "pulls"))
    assert "canary" not in seen
    assert DEMO_CREDENTIALS[platform.source].get("secret", "secret_key") not in seen


@each_platform
def test_own_error_codes_of_sources_yaml_count(tmp_path: Path, platform: Platform) -> None:
    """What the emulator says of an account without permission is final, unless the account says otherwise."""
    given = {"account_id": "42"} | ({"user_name": "x"} if platform is BAIDU else {})
    code = {"baidu_ads": 8103, "xiaohongshu_ads": 403, "kuaishou_ads": 401001}[platform.source]
    message = platform.refusal(tmp_path, accounts=[platform.account(**given)])
    assert f"code {code}" in message
    assert "tries" not in message
    again = platform.account(**given, retry_codes=[code])
    assert "gave up after 6 tries" in platform.refusal(tmp_path, accounts=[again])
