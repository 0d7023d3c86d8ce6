"""Contents and channels of the daily report, of a published file made by hand."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.report.apps import read_subjects
from orchestration.report.growth import read_channels, read_contents
from orchestration.report.published import open_published
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
