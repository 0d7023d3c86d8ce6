"""Ocean Engine from end to end over HTTP: errors inside HTTP 200 and rotating tokens above all."""

import logging
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.demo.apis import Fault, serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.errors import SourceError
from ingestion.secrets_store import DEMO_KEY, TokenChain
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.ad_accounts import ocean_engine
from ingestion.sources.ad_accounts.account_settings import OceanEngineAccount
from tests.unit.ingestion.company_state import (
    ADS_A_DAY,
    AS_OF,
    FIRST_DAY,
    OCEAN_ID,
    ads_state,
    landed,
    settings,
    write_company,
)

FIRST_TOKEN = DEMO_CREDENTIALS["ocean_engine"]["refresh_token"]
DAYS = 31  # 1 to 31 March: as-of is 1 April 09:00 in Shanghai


def account(**changed: Any) -> OceanEngineAccount:
    fields = {"platform": "ocean_engine", "account_id": OCEAN_ID, "endpoint": "demo", "start_date": FIRST_DAY}
    return OceanEngineAccount.model_validate({**fields, **changed})


def pull(tmp_path: Path, *faults: Fault, accounts: Any = None, **more: Any) -> PullResults:
    if not (tmp_path / "company").exists():
        write_company(tmp_path)
    with serve(tmp_path / "company", AS_OF, faults, page_size=20) as url:
        return ocean_engine.pull(settings(tmp_path), accounts or [account()], demo_base_url=url, **more)


def chain(tmp_path: Path) -> TokenChain:
    return TokenChain(tmp_path, "ocean_engine-demo", FIRST_TOKEN, DEMO_KEY.encode())


def test_lands_every_whole_day_exactly(tmp_path: Path) -> None:
    results = pull(tmp_path, accounts=[account(account_name="极光")])
    rows = landed(tmp_path, "ocean_engine", "ad_performance")
    assert results.failures == []
    assert len(rows) == DAYS * ADS_A_DAY
    assert max(row["report_date"] for row in rows) == date(2026, 3, 31)
    assert rows[0]["cost"] == Decimal("1.23")
    assert rows[0]["conversion_value"] == Decimal("12345678901.34")
    assert (rows[0]["account_name"], rows[0]["time_zone"]) == ("极光", "Asia/Shanghai")
    assert (rows[0]["campaign_id"], rows[0]["ad_group_id"], rows[0]["ad_id"]) == ("11", "21", "300")
    totals = landed(tmp_path, "ocean_engine", "account_performance")
    first = next(row for row in totals if row["report_date"] == FIRST_DAY)
    assert first["cost"] == 3 * Decimal("1.23") + Decimal("0.07"), "the account spent more than its ads"
    assert len(landed(tmp_path, "ocean_engine", "pulls")) == 3 * DAYS + 2
    assert len(landed(tmp_path, "ocean_engine", "ads")) == ADS_A_DAY
    conversions = landed(tmp_path, "ocean_engine", "conversions")
    by_basis = [row["time_basis"] for row in conversions if row["ad_id"]]
    assert by_basis.count("touch") == by_basis.count("conversion") == DAYS * ADS_A_DAY
    assert list(pull(tmp_path)) == []


@pytest.mark.parametrize("report", ["auto", "v2"])
def test_an_account_that_the_custom_report_refuses_is_asked_by_v2(tmp_path: Path, report: str) -> None:
    state = ads_state()
    state["ocean_engine"][OCEAN_ID]["report"] = "v2"
    write_company(tmp_path, state)
    results = pull(tmp_path, accounts=[account(report=report, business_timezone="Europe/Berlin")])
    assert results.failures == []
    rows = landed(tmp_path, "ocean_engine", "ad_performance")
    assert len(rows) == DAYS * ADS_A_DAY
    assert (rows[0]["cost"], rows[0]["impressions"], rows[0]["clicks"]) == (Decimal("1.23"), 100, 5)
    assert (rows[0]["campaign_id"], rows[0]["ad_group_id"], rows[0]["ad_id"]) == ("11", "21", "300")
    assert rows[0]["conversion_value"] is None, "v2 has no such figure"
    totals = landed(tmp_path, "ocean_engine", "account_performance")
    assert sum(row["cost"] for row in totals) == sum(row["cost"] for row in rows) + Decimal("0.07")
    hours = landed(tmp_path, "ocean_engine", "hourly_performance")
    assert {row["hour"] for row in hours} == {12}
    assert sum(row["cost"] for row in hours if row["ad_id"]) == sum(row["cost"] for row in rows)
    ads = landed(tmp_path, "ocean_engine", "ads")
    assert [ad["ad_id"] for ad in ads] == ["300", "301", "302"]
    assert all("utm_campaign" in ad["landing_url"] for ad in ads)
    conversions = landed(tmp_path, "ocean_engine", "conversions")
    assert {(row["action"], row["time_basis"], row["is_canonical"]) for row in conversions} == {
        ("convert", "conversion", True),
        ("attribution_convert", "touch", False),
    }


def test_an_account_that_asks_for_the_custom_report_alone_gets_no_other(tmp_path: Path) -> None:
    state = ads_state()
    state["ocean_engine"][OCEAN_ID]["report"] = "v2"
    write_company(tmp_path, state)
    with pytest.raises(NoAccountPulled, match="code 40002"):
        pull(tmp_path, accounts=[account(report="v3")])


def test_the_refresh_token_is_kept_encrypted_and_used_in_the_next_run(tmp_path: Path) -> None:
    pull(tmp_path)
    after_one = chain(tmp_path).candidates()
    assert after_one != [FIRST_TOKEN]
    assert len(after_one) == 1, "confirmed by the first good answer"
    pull(tmp_path, dates=[FIRST_DAY])
    assert chain(tmp_path).candidates() != after_one
    for path in (tmp_path / "secrets").iterdir():
        assert b"demo-refresh" not in path.read_bytes()


def test_a_crash_after_the_exchange_loses_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_company(tmp_path)
    with serve(tmp_path / "company", AS_OF) as url, monkeypatch.context() as crash:

        def die(*_: Any) -> Any:
            raise KeyboardInterrupt

        crash.setattr(TokenChain, "confirm", die)
        with pytest.raises(KeyboardInterrupt):
            ocean_engine.pull(settings(tmp_path), [account()], demo_base_url=url)
        assert len(chain(tmp_path).candidates()) == 2, "pending, not yet confirmed"
        crash.undo()
        # The same server: the first token is dead, only the pending one works.
        assert ocean_engine.pull(settings(tmp_path), [account()], demo_base_url=url).failures == []


KILLED = """
import os, signal, sys
from pathlib import Path
from ingestion.secrets_store import TokenChain
from tests.unit.ingestion.company_state import settings
from tests.unit.ingestion.sources.ad_accounts.test_ocean_engine import account, ocean_engine

write_ahead = TokenChain.write_ahead

def die(chain, token):
    write_ahead(chain, token)
    os.kill(os.getpid(), signal.SIGKILL)

TokenChain.write_ahead = die
ocean_engine.pull(settings(Path(sys.argv[1])), [account()], demo_base_url=sys.argv[2])
"""


def test_a_process_that_is_killed_after_the_exchange_loses_no_account(tmp_path: Path) -> None:
    """SIGKILL before the new token was ever used: the first one is dead at the platform, which goes on running."""
    with serve(write_company(tmp_path), AS_OF) as url:
        killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), url], timeout=120, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert len(chain(tmp_path).candidates()) == 2
        results = ocean_engine.pull(settings(tmp_path), [account()], demo_base_url=url)
    assert results.failures == []
    assert len(chain(tmp_path).candidates()) == 1


def test_a_token_that_was_written_ahead_but_is_refused_gives_way(tmp_path: Path) -> None:
    chain(tmp_path).write_ahead("demo-refresh-never-issued")
    assert pull(tmp_path).failures == []


def test_accounts_of_one_authorisation_share_its_tokens(tmp_path: Path) -> None:
    results = pull(tmp_path, accounts=[account(account_id="42"), account()])
    assert [(one.account_id, "code 40002" in one.message) for one in results.failures] == [("42", True)]
    assert len(landed(tmp_path, "ocean_engine", "ad_performance")) == DAYS * ADS_A_DAY


@pytest.mark.parametrize(
    "kind", ["rate_limit", "server_error", "quota", "cut_body", "expired_token", "time_out"]
)
def test_trouble_in_the_middle_of_paging_passes(tmp_path: Path, kind: Any, waited: list[float]) -> None:
    results = pull(tmp_path, Fault("report/custom", nth=3, kind=kind))
    assert results.failures == []
    assert len(landed(tmp_path, "ocean_engine", "ad_performance")) == DAYS * ADS_A_DAY
    assert waited == ([] if kind == "expired_token" else [1.0])


@pytest.mark.parametrize(
    ("kind", "nth", "words"),
    [
        ("total_mismatch", None, "90 rows came, the API states 91"),
        ("repeated_page", 2, "adds up to|came twice"),
        ("forbidden", None, "HTTP 403"),
        ("quota", None, "code 40100.*gave up after 6 tries"),
    ],
)
def test_a_short_or_wrong_answer_is_never_marked_complete(
    tmp_path: Path, kind: Any, nth: int | None, words: str
) -> None:
    days = [date(2026, 3, number) for number in range(1, 31)]
    with pytest.raises(NoAccountPulled, match=words):
        pull(tmp_path, Fault("MATERIAL_DATA", nth=nth, kind=kind), dates=days)
    assert landed(tmp_path, "ocean_engine", "ad_performance") == []
    assert {row["status"] for row in landed(tmp_path, "ocean_engine", "pulls")} == {"failed"}
    pull(tmp_path)
    assert len(landed(tmp_path, "ocean_engine", "ad_performance")) == DAYS * ADS_A_DAY


def test_what_came_before_the_failure_is_kept(tmp_path: Path) -> None:
    fault = Fault("start_time=2026-03-31", nth=None, kind="forbidden")
    results = pull(tmp_path, fault)
    assert len(results.failures) == 1
    assert len(landed(tmp_path, "ocean_engine", "ad_performance")) == 30 * ADS_A_DAY
    failed = [row for row in landed(tmp_path, "ocean_engine", "pulls") if row["status"] == "failed"]
    assert {row["report_date"] for row in failed} == {date(2026, 3, 31)}


def test_real_accounts_need_a_key_before_a_token_is_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("O_APP", "O_SECRET", "O_REFRESH"):
        monkeypatch.setenv(name, f"canary-{name}")
    monkeypatch.delenv("OPS_TOKEN_KEY", raising=False)
    names = {"app_id": "O_APP", "secret": "O_SECRET", "refresh_token": "O_REFRESH"}
    with serve(write_company(tmp_path), AS_OF) as url:
        real = account(endpoint=f"{url}/ocean_engine", credentials=names)
        with pytest.raises(SourceError, match="OPS_TOKEN_KEY is not set"):
            ocean_engine.pull(settings(tmp_path), [real])


def test_a_refused_refresh_token_says_what_to_do_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPS_TOKEN_KEY", DEMO_KEY)
    monkeypatch.setenv("O_APP", DEMO_CREDENTIALS["ocean_engine"]["app_id"])
    monkeypatch.setenv("O_SECRET", DEMO_CREDENTIALS["ocean_engine"]["secret"])
    monkeypatch.setenv("O_REFRESH", "canary-refresh")
    names = {"app_id": "O_APP", "secret": "O_SECRET", "refresh_token": "O_REFRESH"}
    with serve(write_company(tmp_path), AS_OF) as url:
        real = account(endpoint=f"{url}/ocean_engine", credentials=names)
        with pytest.raises(NoAccountPulled, match=r"40107.*authorise the account again") as error:
            ocean_engine.pull(settings(tmp_path), [real])
    seen = caplog.text + str(error.value) + str(landed(tmp_path, "ocean_engine", "pulls"))
    assert "canary" not in seen
    assert DEMO_CREDENTIALS["ocean_engine"]["secret"] not in seen
