"""Contents and channels of the daily report, of a published file made by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingestion.settings import Settings
from orchestration.report.apps import read_subjects
from orchestration.report.growth import Activity, read_channels, read_contents
from orchestration.report.published import open_published
from orchestration.report.write import write_reports
from tests.unit.orchestration.published_company import DAY, published_company


@pytest.fixture
def company(tmp_path: Path) -> Path:
    return published_company(tmp_path)


def execute(company: Path, sql: str, *parameters: object) -> None:
    database = (company / "published" / "current").resolve() / "ops.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(sql, parameters)


def test_favorites_are_engagement(company: Path) -> None:
    execute(
        company,
        """insert into marts.fct_content_daily (app_id, content_id, distribution_channel, activity_date, views,
            likes, comments, shares, favorites, is_opening_balance)
        values ('shop', 'c1', 'app', $1, 60, 2, 3, 4, 11, false),
            ('shop', 'c1', 'douyin', $1, 40, 5, null, 0, null, false)""",
        DAY,
    )
    with open_published(company) as published:
        contents = read_contents(published, read_subjects(published))
    assert [(found.views, found.engagement_rate) for found in contents["shop"]] == [(100, 0.25)]
    assert contents["*"][0].engagement_rate == 0.25


def test_spend_of_no_app_takes_no_day_from_the_company(company: Path) -> None:
    acquired = DAY - timedelta(days=8)
    execute(
        company,
        """insert into marts.fct_channel_daily (app_id, channel, acquisition_date, visits, new_users, cost,
            retained_d1, revenue_d7, is_complete, is_mature_d7)
        values ('shop', 'douyin', $1, 5, 4, 100, 2, 150, true, true),
            ('default', 'unmapped', $1, 0, 0, 60, 0, 0, false, false)""",
        acquired,
    )
    with open_published(company) as published:
        channels = read_channels(published)
    of_company = channels["*"]
    assert (of_company.first, of_company.last) == (acquired, acquired)
    assert [(row.name, row.cost) for row in of_company.rows] == [
        ("douyin", Decimal(100)),
        ("unmapped", Decimal(60)),
    ], "what nobody mapped was paid all the same"
    assert of_company.total.roi_d7 == Decimal("-0.0625")
    assert "default" not in channels, "it is no app that has a page"


def test_a_day_without_all_of_its_costs_is_waited_for(company: Path) -> None:
    days = [DAY - timedelta(days=number) for number in (9, 8)]
    execute(
        company,
        """insert into marts.fct_channel_daily (app_id, channel, acquisition_date, visits, new_users, cost,
            retained_d1, revenue_d7, is_complete, is_mature_d7)
        values ('shop', 'douyin', $1, 5, 4, 100, 2, 150, true, true),
            ('shop', 'douyin', $2, 5, 4, 0, 2, 150, false, true)""",
        *days,
    )
    with open_published(company) as published:
        channels = read_channels(published)["shop"]
    assert (channels.first, channels.last, channels.total.cost) == (days[0], days[0], Decimal(100))


def activity(state: str, attainment: float | None) -> Activity:
    return Activity("shop", "618", None, None, DAY, DAY, state, {"goal_attainment": attainment})


@pytest.mark.parametrize(
    ("direction", "state", "attainment", "expected"),
    [
        ("up", "ended", 1.0, "green"),
        ("up", "ended", 0.9, "amber"),
        ("up", "ended", 0.89, "red"),
        ("down", "ended", 1.0, "green"),
        ("down", "ended", 1.1, "amber"),
        ("down", "ended", 1.2, "red"),
        ("neutral", "ended", 0.1, "none"),
        ("up", "running", 0.1, "none"),
        ("up", "ended", None, "none"),
    ],
)
def test_a_goal_is_judged_as_targets_are_and_when_the_activity_is_over(
    direction: str, state: str, attainment: float | None, expected: str
) -> None:
    assert activity(state, attainment).status(direction) == expected


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("too_few_comparable_days", "Too few baseline days to estimate the effect"),
        ("no_complete_day", "no day of it is complete yet"),
        ("not_a_daily_kpi", "not estimated: not a KPI of days"),
        ("goal_of_the_activity_itself", "not estimated: without the activity there is no such number"),
    ],
)
def test_why_there_is_no_effect_is_said(company: Path, note: str, said: str) -> None:
    execute(
        company,
        """insert into marts.dim_activities (app_id, activity_id, activity_name, start_date, end_date)
        values ('shop', 'a1', '618', $1, $1)""",
        DAY,
    )
    execute(
        company,
        """insert into marts.fct_activity_review (app_id, activity_id, start_date, end_date, goal_kpi_code,
            goal_value, actual_value, goal_attainment, baseline_note, is_mature)
        values ('shop', 'a1', $1, $1, 'dau', 10, 8, 0.8, $2, true)""",
        DAY,
        note,
    )
    written = write_reports(Settings(company, datetime(2026, 4, 1, 1, tzinfo=UTC)))
    page = (written.folder / "app-shop.html").read_text("utf-8")
    for words in WHY:
        assert (words in page) == (words == said), words


WHY = (
    "Too few baseline days to estimate the effect",
    "no day of it is complete yet",
    "not estimated: not a KPI of days",
    "not estimated: without the activity there is no such number",
)
