"""GA4 properties from end to end over HTTP."""

import contextlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.channel_accounts import Ga4Account
from ingestion.demo.apis import Fault, serve
from ingestion.demo.apis.credentials import demo_credentials
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.channels import ga4
from tests.unit.ingestion.channel_state import AS_OF, PROPERTY, days, ga4_state, write_channels
from tests.unit.ingestion.company_state import landed, settings

STATE = ga4_state()[PROPERTY]["rows"]


def account(**changed: Any) -> Ga4Account:
    fields = {"platform": "ga4", "account_id": PROPERTY, "app_id": "aurora", "endpoint": "demo"}
    return Ga4Account.model_validate({**fields, "start_date": date.fromisoformat(days(10)[0]), **changed})


def pull(
    tmp_path: Path,
    *faults: Fault,
    as_of: Any = AS_OF,
    accounts: list[Ga4Account] | None = None,
    page_size: int = 200,
) -> PullResults:
    if not (tmp_path / "company").exists():
        write_channels(tmp_path)
    with serve(tmp_path / "company", as_of, faults, page_size) as url:
        return ga4.pull(settings(tmp_path, as_of), accounts or [account()], demo_base_url=url)


def rows(tmp_path: Path, entity: str = "sessions") -> list[dict[str, Any]]:
    return landed(tmp_path, "ga4", entity)


def test_lands_every_row_over_several_pages_and_a_pull_for_empty_days(tmp_path: Path) -> None:
    assert pull(tmp_path, page_size=4).failures == []
    names = ("source", "medium", "sessions", "engaged_sessions", "total_users", "new_users")
    told = {(row["date"].isoformat(), *(row[name] for name in names)) for row in rows(tmp_path)}
    assert told == {(row["date"], *(row[name] for name in names)) for row in STATE}
    counted = {row["report_date"].isoformat(): row["rows"] for row in rows(tmp_path, "pulls")}
    assert counted == {day: 0 if day == days(10)[3] else 3 for day in days(10)}
    assert {row["is_sampled"] for row in rows(tmp_path)} == {False}


def test_the_last_three_days_are_asked_again(tmp_path: Path) -> None:
    pull(tmp_path)
    later = AS_OF + timedelta(days=2)
    pull(tmp_path, as_of=later)
    again = {row["date"].isoformat() for row in rows(tmp_path) if row["_observed_at"] == later}
    assert again == set(days(3))
    restated = [row["sessions"] for row in rows(tmp_path) if row["date"].isoformat() == days(2)[0]]
    assert 777 in restated


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("runReport", 3, "repeated_page"), "came twice"),
        (Fault("runReport", 2, "total_mismatch"), "changed while it was read"),
        (Fault("runReport", None, "quota"), "quota"),
        (Fault("runReport", None, "forbidden"), "403"),
    ],
)
def test_an_answer_that_is_not_whole_keeps_nothing(tmp_path: Path, fault: Fault, words: str) -> None:
    with contextlib.suppress(NoAccountPulled):
        pull(tmp_path, fault, page_size=4)
    assert rows(tmp_path) == []
    assert words in "".join(row["message"] or "" for row in rows(tmp_path, "pulls"))


def test_a_token_that_expires_midway_is_renewed(tmp_path: Path) -> None:
    assert pull(tmp_path, Fault("runReport", 3, "expired_token"), page_size=4).failures == []
    assert len(rows(tmp_path)) == len(STATE)


def test_one_property_without_permission_does_not_stop_the_others(tmp_path: Path) -> None:
    results = pull(tmp_path, accounts=[account(account_id="99"), account()])
    assert [failure.account_id for failure in results.failures] == ["99"]
    assert len(rows(tmp_path)) == len(STATE)


def test_marks_of_an_estimate_are_kept(tmp_path: Path) -> None:
    marked = {"subjectToThresholding": True, "samplingMetadatas": [{"samplesReadCount": "1"}]}
    write_channels(tmp_path, ga4={PROPERTY: {**ga4_state()[PROPERTY], "metadata": marked}})
    pull(tmp_path)
    assert {(row["is_sampled"], row["is_thresholded"], row["has_other_row"]) for row in rows(tmp_path)} == {
        (True, True, False)
    }


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("no json", "not the JSON text"),
        ('{"client_email": "x", "private_key": "secret-no-pem"}', "no PEM key"),
    ],
)
def test_a_key_that_cannot_be_used_is_said_without_repeating_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, words: str
) -> None:
    monkeypatch.setenv("GA4_KEY", key)
    real = account(endpoint="http://127.0.0.1:9", credentials={"service_account_key": "GA4_KEY"})
    with pytest.raises(NoAccountPulled, match=words) as error:
        ga4.pull(settings(tmp_path), [real])
    assert "secret-no-pem" not in str(error.value)
    assert demo_credentials("ga4")["service_account_key"] not in str(error.value)
