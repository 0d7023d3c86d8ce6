"""The scoreboard shows the last complete day beside a week ago."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.scoreboard import format_value, headlines, scoreboard


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "ops.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema kpi")
        connection.execute(
            """create table kpi.dim_kpi as
            select 'dau' as kpi_code, 'DAU' as name_en, '日活（DAU）' as name_zh, 'count' as unit
            union all select 'arpu', 'ARPU', '人均收入', 'currency'
            union all select 'paying_rate', 'Paying rate', '付费率', 'ratio'"""
        )
        connection.execute(
            """create table kpi.fct_kpi_current as
            select app_id, kpi_code, 'day' as grain, 'all' as dimension, day::date as period_start,
                value::decimal(28, 8) as value, is_complete
            from (values
                ('shop', 'dau', '2026-03-24', 100, true), ('shop', 'dau', '2026-03-31', 110, true),
                ('shop', 'dau', '2026-04-01', 7, false), ('shop', 'arpu', '2026-03-31', 1.5, true),
                ('shop', 'paying_rate', '2026-03-24', 0.5, true), ('shop', 'paying_rate', '2026-03-31', 0.25, true),
                ('*', 'dau', '2026-03-31', 110, true)
            ) rows(app_id, kpi_code, day, value, is_complete)"""
        )
    return path


def test_the_running_day_is_not_shown(published: Path) -> None:
    rows = headlines(published)
    assert [(row.app_id, row.kpi_code, row.period_start, row.value, row.week_ago) for row in rows] == [
        ("shop", "dau", "2026-03-31", 110, 100),
        ("shop", "paying_rate", "2026-03-31", Decimal("0.25"), Decimal("0.5")),
        ("shop", "arpu", "2026-03-31", Decimal("1.5"), None),
        ("*", "dau", "2026-03-31", 110, None),
    ]


def test_the_table_names_app_and_company(published: Path) -> None:
    title, _, *lines = scoreboard(headlines(published), "CNY").splitlines()
    assert title.endswith("money in CNY")
    assert "110" in lines[0]
    assert "+10.0 %" in lines[0]
    assert lines[3].strip().startswith("company")


def test_a_ratio_changes_by_percentage_points(published: Path) -> None:
    (line,) = [row for row in scoreboard(headlines(published), "CNY").splitlines() if "付费率" in row]
    assert line.split()[-2:] == ["-25.00", "pp"]


def test_columns_end_together_whatever_the_names(published: Path) -> None:
    """A Chinese character is two columns wide, and an app may be called anything."""
    rows = [replace(row, app_id="一个很长很长的应用名称") for row in headlines(published)]
    _, *lines = scoreboard(rows, "CNY").splitlines()
    assert len({sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) for line in lines}) == 1


def test_a_name_is_not_said_twice(published: Path) -> None:
    assert headlines(published)[0].name == "DAU 日活"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("1234", "count", "1,234"),
        ("0.12346", "ratio", "12.35 %"),
        ("1234.5", "currency", "1,234.50"),
        (None, "count", "-"),
    ],
)
def test_values_are_shown_by_their_unit(value: str | None, unit: str, text: str) -> None:
    assert format_value(None if value is None else Decimal(value), unit) == text
