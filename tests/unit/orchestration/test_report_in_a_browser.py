"""Pages with little data, an app of which nothing has come, and names that are far too long."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.settings import Settings
from orchestration.report.write import write_reports
from tests.integration.browser import OVERFLOWS, Browser
from tests.unit.orchestration.published_company import HOSTILE, LONG, published_company


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = published_company(tmp_path_factory.mktemp("company"))
    return write_reports(Settings(data_dir, datetime(2026, 4, 1, 1, tzinfo=UTC))).folder


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("page", ["app-q%2F1%3F.html", "app-shop.html"])
def test_nothing_breaks_or_overflows(page: str, width: int, folder: Path, browser: Browser) -> None:
    browser.open(folder / page, width=width, language="zh")
    assert browser.complaints == []
    assert browser.run(OVERFLOWS) == []


def test_what_is_missing_is_said(folder: Path, browser: Browser) -> None:
    browser.open(folder / "app-q%2F1%3F.html", width=390, language="zh")
    words = browser.run("document.querySelector('[data-language=zh]').innerText")
    assert LONG in words
    assert "还没有这个 App 的数据" in words
    assert "App 事件" in words, "sources and checks are shown all the same"
    browser.open(folder / "app-shop.html", width=390, language="zh")
    words = browser.run("document.querySelector('[data-language=zh]').innerText")
    assert HOSTILE in words
    for empty in (
        "还没有到期的新增用户",
        "没有漏斗数据",
        "还没有满 7 日的获客数据",
        "没有内容被浏览",
        "近两个月没有活动",
    ):
        assert empty in words


def test_an_overflow_would_be_seen(folder: Path, browser: Browser) -> None:
    browser.open(folder / "app-shop.html", width=390, language="zh")
    browser.run("document.querySelector('.move h3').style.width = '10px'")
    browser.run("document.querySelector('.move h3').style.overflowWrap = 'normal'")
    browser.run("document.querySelector('.move h3').textContent = 'W'.repeat(90)")
    assert browser.run(OVERFLOWS) != []
