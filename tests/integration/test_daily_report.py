"""The daily report of the demo company, in a real browser without a network, held against the published tables."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.browser import OVERFLOWS, Browser
from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

#: Charts that are shown: kind and number of marks with something in them.
CHARTS = """[...document.querySelectorAll('.chart')].filter((chart) => chart.offsetParent).map((chart) => [
  chart.dataset.kind, chart.querySelectorAll('.mark-rect path, .mark-line path, .mark-symbol path').length])"""
SHOWN = "document.querySelector(`[data-language=${document.documentElement.dataset.lang}]`)"


@pytest.fixture(scope="module")
def pages(demo_run: Run) -> Path:
    return demo_run.data_dir / "reports" / "latest"


def rows(browser: Browser, selector: str, script: str) -> list[Any]:
    """`script` of each element that the selector finds in the shown language."""
    return list(browser.run(f"[...{SHOWN}.querySelectorAll('{selector}')].map((it) => {script})"))


def test_a_page_for_the_company_and_every_app(demo_run: Run, pages: Path) -> None:
    with demo_run.published() as published:
        apps = [app for (app,) in published.sql("select app_id from marts.dim_apps").fetchall()]
    assert sorted(page.name for page in pages.iterdir()) == sorted(
        ["company.html", *(f"app-{app}.html" for app in apps)]
    )
    assert "reports/latest/company.html" in demo_run.output
    assert pages.resolve().name == "2026-03-31"


@pytest.mark.parametrize("page", ["company.html", "app-aurora.html"])
def test_it_reads_well_at_every_width_in_both_languages(page: str, pages: Path, browser: Browser) -> None:
    for width, language in ((1440, "zh"), (390, "zh"), (390, "en"), (1440, "en")):
        browser.open(pages / page, width=width, language=language, dark=language == "en")
        place = f"{page} {width} {language}"
        assert browser.complaints == [], place
        assert browser.run(OVERFLOWS) == [], place
        charts = browser.run(CHARTS)
        assert {kind for kind, _ in charts} == {"trend", "diverging", "funnel", "retention"}, place
        assert [kind for kind, marks in charts if not marks] == [], place
        assert browser.run("document.documentElement.dataset.lang") == language


def test_the_language_is_one_click_away(pages: Path, browser: Browser) -> None:
    browser.open(pages / "app-aurora.html", width=1440, language="zh")
    assert browser.run(f"{SHOWN}.querySelector('h1').textContent") == "极光社区"
    assert "次日留存率" in browser.run(f"{SHOWN}.innerText")
    browser.run("document.querySelector('[data-language=zh] [data-to=en]').click()")
    words = browser.run(f"{SHOWN}.innerText")
    assert "Day 1 retention" in words
    assert "次日留存率" not in words
    assert "_" not in words.replace("kpi_targets", ""), "no names of columns"


def test_headlines_equal_the_scorecard(demo_run: Run, pages: Path, browser: Browser) -> None:
    with demo_run.published() as published:
        for app, page in (("aurora", "app-aurora.html"), ("*", "company.html")):
            browser.open(pages / page, width=1440, language="zh")
            tiles = rows(
                browser,
                ".tile",
                "[it.dataset.kpi, it.dataset.day, it.querySelector('.now').value,"
                " it.querySelector('.then')?.value ?? null, it.querySelector('.now').textContent]",
            )
            assert len(tiles) >= 8
            for code, day, value, last_week, text in tiles:
                card = published.execute(
                    """select value, last_week_value, is_complete from kpi.fct_kpi_scorecard
                    where app_id = ? and kpi_code = ? and grain = 'day' and dimension = 'all' and period_start = ?""",
                    [app, code, day],
                ).fetchall()
                assert card == [(Decimal(value), None if last_week is None else Decimal(last_week), True)], (
                    code
                )
                assert text != "–"
            dau = next(tile for tile in tiles if tile[0] == "dau")
            assert dau[4] == f"{int(Decimal(dau[2])):,}"
            months = rows(
                browser,
                ".bullet",
                "[it.dataset.kpi, ...[...it.querySelectorAll('data')].map((data) => data.value)]",
            )
            targets = published.execute(
                """select kpi_code, value, target_value, attainment from kpi.fct_kpi_scorecard
                where app_id = ? and grain = 'month' and dimension = 'all' and target_value is not null
                    and period_start = date '2026-03-01' order by kpi_code""",
                [app],
            ).fetchall()
            assert [(code, *map(Decimal, numbers)) for code, *numbers in months] == targets


def test_anomalies_and_causes_equal_the_tables(demo_run: Run, pages: Path, browser: Browser) -> None:
    browser.open(pages / "app-aurora.html", width=1440, language="zh")
    told = rows(
        browser, ".anomalies tbody tr", "[it.dataset.kpi, it.dataset.day, it.querySelector('data').value]"
    )
    with demo_run.published() as published:
        found = published.sql(
            """select kpi_code, cast(period_start as varchar), value from kpi.fct_kpi_scorecard
            where app_id = 'aurora' and grain = 'day' and dimension = 'all' and is_anomaly
                and period_start between date '2026-03-25' and date '2026-03-31'"""
        ).fetchall()
        assert len(found) >= len(told) == min(len(found), 12)
        assert {(code, day, Decimal(value)) for code, day, value in told} <= set(found)
        sets = browser.run("JSON.parse(document.getElementById('sets').textContent)")
        causes = rows(
            browser,
            ".move",
            "[it.dataset.kpi, it.dataset.day, it.querySelector('.chart[data-kind=diverging]')?.dataset.set ?? null]",
        )
        assert any(name for *_, name in causes)
        for code, day, name in causes:
            if name is None:
                continue
            change = sum(row["value"] for row in sets[name]["rows"])
            card = published.execute(
                """select value - last_week_value, value - previous_value from kpi.fct_kpi_scorecard
                where app_id = 'aurora' and kpi_code = ? and period_start = ? and grain = 'day'
                    and dimension = 'all'""",
                [code, day],
            ).fetchall()[0]
            assert any(whole is not None and abs(float(whole) - change) < 1e-6 for whole in card), (
                code,
                change,
                card,
            )


def test_channels_contents_and_funnels_equal_the_marts(demo_run: Run, pages: Path, browser: Browser) -> None:
    browser.open(pages / "app-aurora.html", width=1440, language="zh")
    table = rows(
        browser,
        ".channels tbody tr",
        "[it.dataset.channel, ...[...it.querySelectorAll('data')].map((data) => data.value)]",
    )
    with demo_run.published() as published:
        expected = published.sql(
            """select coalesce(channel, ''), sum(visits), sum(new_users), sum(cost), sum(revenue_d7),
                case when sum(cost) > 0 then (sum(revenue_d7) - sum(cost)) / sum(cost) end
            from marts.fct_channel_daily
            where app_id = 'aurora' and acquisition_date between date '2026-02-25' and date '2026-03-24'
            group by rollup (channel)"""
        ).fetchall()
        assert len(table) == len(expected)
        by_channel = {row[0]: row[1:] for row in table}
        for channel, visits, new_users, cost, revenue, roi in expected:
            told = by_channel[channel]
            assert (Decimal(told[0]), Decimal(told[1]), Decimal(told[3]), Decimal(told[5])) == (
                visits,
                new_users,
                cost,
                revenue,
            )
            assert (told[6] == "") == (roi is None)
            assert roi is None or abs(float(told[6]) - float(roi)) < 1e-9
        views = [
            int(value) for (value,) in rows(browser, ".contents tbody tr", "[it.querySelector('data').value]")
        ]
        most = published.sql(
            """select cast(sum(views) as bigint) as views from marts.fct_content_daily
            where app_id = 'aurora' and not is_opening_balance
                and activity_date between date '2026-03-25' and date '2026-03-31'
            group by content_id having sum(views) > 0 order by views desc limit 10"""
        ).fetchall()
        assert views == [count for (count,) in most]
        averages = dict(rows(browser, ".average", "[it.dataset.dayNumber, it.querySelector('data').value]"))
        (retained,) = published.sql(
            """select sum(retained_users) / sum(cohort_users) from (
                from marts.fct_user_retention
                where app_id = 'aurora' and cohort_type = 'new' and grain = 'day' and retention_type = 'on'
                    and dimension = 'all' and period_number = 7 and is_mature
                order by cohort_start desc limit 28)"""
        ).fetchall()[0]
        assert abs(float(averages["7"]) - retained) < 1e-12


def test_trust_equals_the_quality_tables(demo_run: Run, pages: Path, browser: Browser) -> None:
    browser.open(pages / "company.html", width=1440, language="en")
    with demo_run.published() as published:
        failed = published.sql(
            """select check_name from quality.checks where not passed and publication_id = (
                select publication_id from quality.publications order by published_at desc limit 1)
            order by severity, check_name, asset_key"""
        ).fetchall()
        late = published.sql(
            "select source, count(*) filter (is_late) from quality.freshness group by 1"
        ).fetchall()
        (quarantined,) = published.sql(
            "select sum(rows_quarantined) from quality.batches where state = 'accepted'"
        ).fetchall()[0]
    assert rows(browser, ".checks li", "it.dataset.check") == [name for (name,) in failed]
    assert dict(rows(browser, ".sources tbody tr", "[it.dataset.source, +it.dataset.late]")) == dict(late)
    assert rows(browser, ".quarantined", "+it.value") == [quarantined]
