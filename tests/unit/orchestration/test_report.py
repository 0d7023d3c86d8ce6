"""What the pages of the daily report say of a published file made by hand."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingestion.settings import Settings
from orchestration.report import causes
from orchestration.report.causes import Cause, Part
from orchestration.report.facts import PageFacts, read_pages
from orchestration.report.published import open_published
from orchestration.report.words import Words
from orchestration.report.write import company_page, write_reports
from tests.unit.orchestration.published_company import DAY, HOSTILE, published_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def pages(company: Path) -> dict[str, PageFacts]:
    with open_published(company) as published:
        return {page.subject.app_id: page for page in read_pages(published, "Asia/Shanghai", "CNY")}


def settings(data_dir: Path) -> Settings:
    return Settings(data_dir, datetime(2026, 4, 1, 1, tzinfo=UTC))


def test_there_is_a_page_of_the_company_and_of_every_app(pages: dict[str, PageFacts]) -> None:
    assert list(pages) == ["*", "shop", "q/1?"]
    assert [page.subject.file_name for page in pages.values()] == [
        "company.html",
        "app-shop.html",
        "app-q%2F1%3F.html",
    ]
    assert [page.subject.has_data for page in pages.values()] == [True, True, False]
    assert {page.subject.day for page in pages.values()} == {DAY}


def test_an_anomaly_is_told_once_with_what_explains_most(pages: dict[str, PageFacts]) -> None:
    (move,) = pages["shop"].moves
    assert (move.kpi.code, move.tone, move.is_high) == ("dau", "bad", False), "active_users says the same"
    assert move.cause == Cause(
        "last_week",
        "channel",
        [Part("douyin", Decimal(-70), Decimal("0.875")), Part("organic", Decimal(-10), Decimal("0.125"))],
    ), "platforms share it evenly, and a country alone explains nothing"
    (of_company,) = pages["*"].moves
    assert of_company.cause is None, "nothing takes it apart"


def test_a_channel_that_fell_to_nothing_is_told_beside_the_totals(pages: dict[str, PageFacts]) -> None:
    told = [(move.kpi.name_zh, move.now.day, move.now.value) for move in pages["shop"].anomalies]
    assert told[:2] == [("日活", DAY, 40), ("活跃", DAY, 40)], "the totals first"
    assert told[2:] == [
        ("抖音 · 新增", DAY, 0),
        ("自然流量 · 新增", DAY, 45),
        ("抖音 · 新增", DAY - timedelta(days=6), 60),
    ]
    assert all(move.cause is None for move in pages["shop"].anomalies[2:]), (
        "a total's causes are not a channel's"
    )


def test_causes_know_every_driver_of_the_contribution() -> None:
    model = Path("dbt_project/models/kpi/fct_kpi_contribution.sql").read_text("utf-8")
    drivers = json.loads(model.partition("{% set drivers = ")[2].partition(" %}")[0])
    assert set(drivers) == set(causes.DRIVERS)
    unsaid = [driver for driver in drivers if Words("zh").name(driver) == driver.replace("_", " ")]
    assert unsaid == [], "a driver without a Chinese name"


def test_running_days_are_marked_and_never_a_headline(pages: dict[str, PageFacts]) -> None:
    (kpi, days), *_ = pages["shop"].trends
    assert kpi.code == "dau"
    assert [day.is_complete for day in days[-2:]] == [True, False]
    assert days[-1].day == DAY + timedelta(days=1)
    assert [(tile.kpi.code, tile.now.day) for tile in pages["shop"].tiles] == [
        ("dau", DAY),
        ("new_users", DAY),
    ]
    (_, target), *_ = pages["shop"].targets
    assert (target.status, target.value, target.target) == ("red", 700, 1000)


def test_trust_names_late_sources_and_failed_checks(pages: dict[str, PageFacts]) -> None:
    trust = pages["shop"].trust
    assert [(feed.source, feed.is_late) for feed in trust.feeds] == [
        ("app_events", True),
        ("ops_workbook", False),
    ]
    assert [(check.name, check.failed_rows) for check in trust.failed] == [("names_are_kind", 3)]
    assert trust.passed == 1


def test_pages_are_written_whole_and_names_stay_text(company: Path) -> None:
    written = write_reports(settings(company))
    assert written.folder == company / "reports" / DAY.isoformat()
    assert sorted(path.name for path in written.folder.iterdir()) == sorted(
        path.name for path in written.pages
    )
    assert company_page(company) is not None
    shop = (written.folder / "app-shop.html").read_text("utf-8")
    assert HOSTILE not in shop
    assert "&lt;/script&gt;&lt;b&gt;店 &amp; &#34;Co&#34;&lt;/b&gt;" in shop
    assert shop.count("<script") == shop.count("</script>") == 5
    assert "http" not in shop.split("<script>")[0], "nothing is fetched"
    empty = (written.folder / "app-q%2F1%3F.html").read_text("utf-8")
    assert "还没有这个 App 的数据" in empty
    assert "Nothing has come of this app yet" in empty


def test_an_older_day_does_not_take_latest_back(company: Path) -> None:
    write_reports(settings(company))
    later = company / "reports" / "2026-04-09"
    later.mkdir()
    latest = company / "reports" / "latest"
    latest.unlink()
    latest.symlink_to("2026-04-09")
    write_reports(settings(company))
    assert latest.readlink() == Path("2026-04-09")


def test_without_a_publication_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        write_reports(settings(tmp_path))
    assert not (tmp_path / "reports").exists()
