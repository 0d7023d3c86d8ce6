"""Apps in App Store Connect from end to end over HTTP."""

import gzip
import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.channel_accounts import AppStoreAccount
from ingestion.demo.apis import Fault, serve
from ingestion.rest_client import ApiError
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.channels import app_store
from ingestion.sources.channels.app_store_segments import gzip_text, segment_rows
from tests.unit.ingestion.channel_state import APPLE_ID, AS_OF, app_store_state, days, write_channels
from tests.unit.ingestion.company_state import landed, settings

PROCESSED = days(6, date(2026, 4, 1))


def account(**changed: Any) -> AppStoreAccount:
    fields = {"platform": "app_store", "account_id": APPLE_ID, "app_id": "aurora", "endpoint": "demo"}
    return AppStoreAccount.model_validate({**fields, **changed})


def pull(
    tmp_path: Path,
    *faults: Fault,
    as_of: Any = AS_OF,
    accounts: list[AppStoreAccount] | None = None,
    page_size: int = 200,
) -> PullResults:
    if not (tmp_path / "company").exists():
        write_channels(tmp_path)
    with serve(tmp_path / "company", as_of, faults, page_size) as url:
        return app_store.pull(settings(tmp_path, as_of), accounts or [account()], demo_base_url=url)


def rows(tmp_path: Path, entity: str = "analytics") -> list[dict[str, Any]]:
    return landed(tmp_path, "app_store", entity)


def told(instances: list[Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            entry["processing_date"],
            row["Date"],
            row["Territory"],
            row.get("Event") or row["Download Type"],
            row["Counts"],
        )
        for entry in instances
        for segment in entry["segments"]
        for row in segment
    )


def test_lands_every_row_of_every_segment_and_a_pull_for_each_processing_date(tmp_path: Path) -> None:
    assert pull(tmp_path, page_size=2).failures == []
    found = sorted(
        (
            row["processing_date"].isoformat(),
            row["date"].isoformat(),
            row["territory"],
            row["event"] or row["download_type"],
            row["counts"],
        )
        for row in rows(tmp_path)
    )
    assert found == told(app_store_state()[APPLE_ID]["instances"])
    counted = {row["report_date"].isoformat(): row["rows"] for row in rows(tmp_path, "pulls")}
    assert len(counted) == 35, "instances live for 35 days"
    assert {day for day, number in counted.items() if number} == set(PROCESSED)


def test_recent_processing_dates_are_asked_again(tmp_path: Path) -> None:
    pull(tmp_path)
    pull(tmp_path, as_of=AS_OF + timedelta(days=1))
    again = {row["report_date"] for row in rows(tmp_path, "pulls") if row["observed_at"] > AS_OF}
    assert again == {date(2026, 4, 2) - timedelta(n) for n in range(5)}


def test_a_segment_that_is_cut_off_once_is_fetched_again(tmp_path: Path, waited: list[float]) -> None:
    assert pull(tmp_path, Fault("/segments/", 4, "truncated_file")).failures == []
    assert len(rows(tmp_path)) == len(told(app_store_state()[APPLE_ID]["instances"]))
    assert waited


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("/segments/6400000001-4-1", None, "truncated_file"), "not whole gzip text"),
        (Fault("-4/segments", 1, "missing_segment"), "no segment"),
    ],
)
def test_half_an_instance_is_never_kept_and_stops_no_other(tmp_path: Path, fault: Fault, words: str) -> None:
    """Instance 4 is one of the second processing date."""
    results = pull(tmp_path, fault)
    assert words in results.failures[0].message
    assert {row["processing_date"].isoformat() for row in rows(tmp_path)} == set(PROCESSED) - {PROCESSED[1]}
    failed = [row for row in rows(tmp_path, "pulls") if row["status"] == "failed"]
    assert [row["report_date"].isoformat() for row in failed] == [PROCESSED[1]]
    assert pull(tmp_path).failures == []
    assert {row["processing_date"].isoformat() for row in rows(tmp_path)} == set(PROCESSED)


def test_files_that_cannot_be_had_at_all_are_a_failure(tmp_path: Path) -> None:
    write_channels(tmp_path)
    with pytest.raises(NoAccountPulled):
        pull(tmp_path, Fault("/v1/", None, "server_error"))
    assert rows(tmp_path) == []


def test_a_first_request_is_made_and_its_reports_come_later(tmp_path: Path) -> None:
    write_channels(tmp_path, app_store={APPLE_ID: {"instances": [], "has_request": False}})
    assert pull(tmp_path).failures == []
    assert "requested just now" in rows(tmp_path, "pulls")[0]["message"]
    write_channels(tmp_path, app_store={APPLE_ID: {"instances": []}})
    assert pull(tmp_path).failures == []
    assert "not made the report" in rows(tmp_path, "pulls")[-1]["message"]


def test_an_expired_token_midway_is_signed_again(tmp_path: Path) -> None:
    assert (
        pull(
            tmp_path, Fault("/instances", 1, "expired_token"), Fault("/segments", 3, "server_error")
        ).failures
        == []
    )
    assert rows(tmp_path)


def test_one_unknown_app_does_not_stop_the_others(tmp_path: Path) -> None:
    results = pull(tmp_path, accounts=[account(account_id="42"), account()])
    assert [failure.account_id for failure in results.failures] == ["42"]
    assert rows(tmp_path)


def test_a_renamed_report_is_found_by_its_name_in_the_configuration(tmp_path: Path) -> None:
    state = app_store_state()
    for entry in state[APPLE_ID]["instances"]:
        entry["report"] = entry["report"].replace("App Downloads Standard", "App Store Downloads Standard")
    write_channels(tmp_path, app_store=state)
    pull(tmp_path, accounts=[account(reports={"downloads": "App Store Downloads Standard"})])
    assert {row["report"] for row in rows(tmp_path)} == {"engagement", "downloads", "installations"}


def test_no_key_is_in_a_message_or_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pull(tmp_path, Fault("/v1/apps", 1, "server_error"))
    assert "BEGIN" not in caplog.text
    assert "eyJ" not in caplog.text


@pytest.mark.parametrize(
    "damage",
    [lambda c: c[:-1], lambda c: c[:-8] + bytes([c[-8] ^ 1]) + c[-7:], lambda c: c + b"x", lambda c: b""],
)
def test_a_gzip_file_is_whole_or_refused(damage: Any) -> None:
    content = gzip.compress(b"Date\tCounts\n2026-03-01\t5\n" * 50)
    assert gzip_text(content).startswith("Date")
    with pytest.raises(ValueError, match=r"gzip"):
        gzip_text(damage(content))


def test_a_segment_without_its_columns_or_with_a_short_line_is_refused() -> None:
    with pytest.raises(ApiError, match="no column Counts"):
        list(segment_rows("downloads", "s", "Date\tTerritory\n2026-03-01\tCN\n"))
    with pytest.raises(ApiError, match="line 2"):
        list(segment_rows("downloads", "s", "Date\tCounts\n2026-03-01\n"))
