"""Bad input gives one clear line that says what to do: no lone traceback, nothing half-published, nothing lost."""

import json
import socket
from pathlib import Path

import pytest

from orchestration.lock import WriterLock
from tests.integration.pipeline import Run, make

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("bad_input")]
AS_OF = "2026-04-01T09:00:00+08:00"
APPS = "app_id,app_name,timezone,week_start,currency\nshop,Shop,Asia/Shanghai,monday,CNY\n"


def refresh(data_dir: Path, **variables: str) -> Run:
    return make("refresh", data_dir, OPS_AS_OF=AS_OF, **variables)


def workbook(data_dir: Path, name: str, content: str | bytes) -> None:
    folder = data_dir / "inbox" / "ops_workbook"
    folder.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)


def sources(data_dir: Path, **account: object) -> None:
    """One Google Ads account in sources.yaml."""
    credentials = {"developer_token": "TEST_DEVELOPER_TOKEN", "access_token": "TEST_ACCESS_TOKEN"}
    given = {
        "platform": "google_ads",
        "account_id": "123",
        "start_date": "2026-03-30",
        "restatement_days": 3,
        "credentials": credentials,
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "sources.yaml").write_text(json.dumps({"ad_accounts": [{**given, **account}]}), "utf-8")


def assert_refused(run: Run, *words: str) -> None:
    """Failed, with one line that holds every word, without a traceback, and without a publication."""
    assert run.returncode != 0, run.output
    assert any(all(word in line for word in words) for line in run.output.splitlines()), run.output
    assert "Traceback" not in run.output, run.output
    assert not (run.data_dir / "published" / "current").exists()


def test_an_unreadable_workbook(tmp_path: Path) -> None:
    workbook(tmp_path, "workbook.xlsx", b"this is no spreadsheet")
    assert_refused(refresh(tmp_path), "workbook.xlsx")


def test_an_unknown_time_zone(tmp_path: Path) -> None:
    workbook(tmp_path, "apps.csv", APPS.replace("Asia/Shanghai", "Asia/Shangai"))
    assert_refused(refresh(tmp_path), "apps.csv", "Asia/Shangai")


def test_a_missing_column(tmp_path: Path) -> None:
    workbook(tmp_path, "apps.csv", "app_name,timezone\nShop,Asia/Shanghai\n")
    assert_refused(refresh(tmp_path), "apps.csv", "app_id")


def test_an_unreachable_api(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sources(tmp_path, endpoint=f"http://127.0.0.1:{port}")
    run = refresh(tmp_path, TEST_DEVELOPER_TOKEN="canary-d", TEST_ACCESS_TOKEN="canary-a")
    assert_refused(run, "google_ads", "123")
    assert "canary" not in run.output


def test_credentials_that_are_not_set(tmp_path: Path) -> None:
    sources(tmp_path)
    assert_refused(refresh(tmp_path), "TEST_DEVELOPER_TOKEN")


def test_sources_that_name_an_unknown_platform(tmp_path: Path) -> None:
    sources(tmp_path, platform="googel_ads")
    assert_refused(refresh(tmp_path), "sources.yaml line 1", "platform", "google_ads")


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    run = make("refresh", tmp_path / "file" / "data")
    assert run.returncode != 0
    assert any("file/data" in line for line in run.output.splitlines())
    assert "Traceback" not in run.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPS_AS_OF", "yesterday"),
        ("OPS_REPORTING_TIMEZONE", "Mars/Olympus"),
        ("OPS_REPORTING_CURRENCY", "yuan"),
    ],
)
def test_a_setting_that_is_none(tmp_path: Path, name: str, value: str) -> None:
    run = make("refresh", tmp_path, **{name: value})
    assert_refused(run, name, value)


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = make("dev", tmp_path, PORT=port, timeout=120)
    assert run.returncode != 0
    assert any(port in line and "PORT" in line for line in run.output.splitlines()), run.output
    assert "Traceback" not in run.output


def test_a_second_refresh_while_one_runs(tmp_path: Path) -> None:
    with WriterLock(tmp_path, "a refresh of somebody else"):
        run = refresh(tmp_path)
    assert_refused(run, "a refresh of somebody else")


def test_broken_lines_are_put_aside_and_the_rest_is_published(tmp_path: Path) -> None:
    workbook(tmp_path, "apps.csv", APPS)
    inbox = tmp_path / "inbox" / "app_events"
    inbox.mkdir(parents=True)
    event = {
        "event_id": "1",
        "app_id": "shop",
        "event_name": "page_view",
        "user_id": "u",
        "occurred_at": "2026-03-30T12:00:00+08:00",
    }
    lines = [
        json.dumps(event),
        '{"event_id": "2", "app_id": ',
        "",
        json.dumps({**event, "event_id": "3", "occurred_at": "soon"}),
    ]
    (inbox / "events.ndjson").write_text("\n".join(lines) + "\n", "utf-8")
    run = refresh(tmp_path)
    assert run.returncode == 0, run.output
    with run.published() as published:
        batch = published.sql(
            """select rows_read, rows_landed, rows_quarantined, rows_blank from quality.batches
            where source = 'app_events'"""
        ).fetchall()
        reasons = published.sql(
            "select reason_code, first_line_number from quality.quarantine_summary order by first_line_number"
        ).fetchall()
        users = published.sql("select count(*) from marts.dim_users").fetchall()
    assert batch == [(4, 1, 2, 1)]
    assert [number for _, number in reasons] == [2, 4]
    assert users == [(1,)]
