"""Packages on Google Play from end to end over HTTP."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.channel_accounts import GooglePlayAccount
from ingestion.demo.apis import Fault, serve
from ingestion.rest_client import ApiError
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.channels import google_play
from ingestion.sources.channels.contracts import GOOGLE_PLAY_INSTALLS
from ingestion.sources.channels.google_play_csv import csv_rows, utf16_text
from tests.unit.ingestion.channel_state import AS_OF, BUCKET, PACKAGE, days, google_play_state, write_channels
from tests.unit.ingestion.company_state import landed, settings

STATE = google_play_state()[PACKAGE]
#: Two days late: on 1 April (05:00 in Los Angeles) the files end on 30 March.
TOLD = days(40)[:-1]


def account(**changed: Any) -> GooglePlayAccount:
    fields = {"platform": "google_play", "account_id": PACKAGE, "app_id": "aurora", "endpoint": "demo"}
    start = {"start_date": date.fromisoformat(TOLD[0]), "bucket": BUCKET}
    return GooglePlayAccount.model_validate({**fields, **start, **changed})


def pull(
    tmp_path: Path, *faults: Fault, as_of: Any = AS_OF, accounts: list[GooglePlayAccount] | None = None
) -> PullResults:
    if not (tmp_path / "company").exists():
        write_channels(tmp_path)
    with serve(tmp_path / "company", as_of, faults, 1) as url:
        return google_play.pull(settings(tmp_path, as_of), accounts or [account()], demo_base_url=url)


def rows(tmp_path: Path, entity: str) -> list[dict[str, Any]]:
    return landed(tmp_path, "google_play", entity)


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_lands_both_tables_of_two_months_exactly(tmp_path: Path, delimiter: str) -> None:
    write_channels(tmp_path, google_play={PACKAGE: {**STATE, "delimiter": delimiter}})
    assert pull(tmp_path).failures == []
    for entity in ("installs", "store_performance"):
        names = [name for name in STATE[entity][0] if name != "date"]
        found = [(row["date"].isoformat(), *(row[name] for name in names)) for row in rows(tmp_path, entity)]
        assert sorted(found) == sorted(
            (row["date"], *(row[name] for name in names)) for row in STATE[entity] if row["date"] in TOLD
        )
        counted = {
            r["report_date"].isoformat(): r["rows"] for r in rows(tmp_path, "pulls") if r["entity"] == entity
        }
        assert set(counted) == set(TOLD)
        assert [day for day, number in counted.items() if number == 0] == (
            [days(40)[19]] if entity == "installs" else []
        )


def test_a_day_that_has_not_come_yet_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    pull(tmp_path)
    later = AS_OF + timedelta(days=1)
    pull(tmp_path, as_of=later)
    asked = {row["report_date"].isoformat() for row in rows(tmp_path, "pulls") if row["observed_at"] == later}
    assert max(asked) == days(1)[0]
    assert days(3)[0] in asked, "recent days are asked again"


def test_a_month_without_its_file_is_said_and_the_other_month_kept(tmp_path: Path) -> None:
    write_channels(tmp_path, google_play={PACKAGE: {**STATE, "missing_months": ["202602"]}})
    assert pull(tmp_path).failures == [], "before the first file there was no app"
    february = {
        PACKAGE: {**STATE, "installs": [{**STATE["installs"][0], "date": "2026-01-15"}, *STATE["installs"]]}
    }
    february[PACKAGE]["missing_months"] = ["202602"]
    other = tmp_path / "other"
    write_channels(other, google_play=february)
    results = pull(other)
    assert "202602 is missing" in results.failures[0].message
    assert {row["date"].month for row in rows(other, "installs")} == {3}
    assert {row["date"].month for row in rows(other, "store_performance")} == {3}


@pytest.mark.parametrize("kind", ["truncated_file", "cut_body"])
def test_a_file_that_is_cut_off_is_never_half_landed(tmp_path: Path, kind: Any) -> None:
    with pytest.raises(NoAccountPulled):
        pull(tmp_path, Fault("202603_country.csv", None, kind))
    assert rows(tmp_path, "installs") == []
    assert pull(tmp_path, Fault("202603_country.csv", 1, kind)).failures == []


def test_a_token_that_expires_midway_is_renewed(tmp_path: Path) -> None:
    assert (
        pull(tmp_path, Fault("alt=media", 2, "expired_token"), Fault("prefix", 2, "expired_token")).failures
        == []
    )
    assert rows(tmp_path, "installs")


def test_one_package_without_files_does_not_stop_the_others(tmp_path: Path) -> None:
    results = pull(tmp_path, accounts=[account(account_id="com.example.none"), account()])
    assert [failure.account_id for failure in results.failures] == ["com.example.none"]
    assert "package name" in results.failures[0].message
    assert rows(tmp_path, "installs")


def test_other_encodings_and_short_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="byte order mark"):
        utf16_text(b"Date,Package Name\n", 18)
    with pytest.raises(ValueError, match="18 of 20 bytes"):
        utf16_text(b"Date,Package Name\n", 20)
    with pytest.raises(ApiError, match="no column daily_device_installs"):
        list(csv_rows(GOOGLE_PLAY_INSTALLS, "f.csv", "Date,Country\n2026-03-01,CN\n"))
    with pytest.raises(ApiError, match="line 2"):
        list(csv_rows(GOOGLE_PLAY_INSTALLS, "f.csv", "Date,Country,Daily Device Installs\n2026-03-01,CN\n"))
