"""Simulated activities (活动) of known effect: the stated 90 % interval must hold the truth about as often as it says.

The compiled SQL of the models that judge activities runs over simulated inputs: 200 activities with a lift that the
simulator knows, and 200 placebos without one. Seeds are fixed.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

ACTIVITIES = 200
START = date(2026, 3, 2)
Row = dict[str, Any]
Effects = dict[str, tuple[float, float]]


@pytest.fixture
def simulator(demo_run: Run) -> Iterator[Callable[[dict[str, list[Row]], list[str]], Effects]]:
    """Runs compiled models, in order, over tables with the warehouse's own columns; gives the effects on the goal."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach '{demo_run.data_dir / 'warehouse.duckdb'}' as built (read_only)")
    connection.execute("attach ':memory:' as warehouse")

    def simulate(inputs: dict[str, list[Row]], models: list[str]) -> Effects:
        for schema in ("staging", "intermediate", "marts", "seeds"):
            connection.execute(f"create schema if not exists warehouse.{schema}")
        connection.execute(
            "create or replace table warehouse.seeds.t_quantiles as from built.seeds.t_quantiles"
        )
        for name, rows in inputs.items():
            frame = pa.Table.from_pylist(rows)
            connection.execute(f"create or replace table warehouse.{name} as from built.{name} limit 0")
            connection.execute(f"insert into warehouse.{name} by name select * from frame")
            assert frame.num_rows
        compiled = demo_run.target_path / "compiled" / "ops_warehouse" / "models" / "intermediate"
        for model in models:
            sql = (compiled / f"{model}.sql").read_text("utf-8")
            name = model.split("/")[-1]
            connection.execute(f"create or replace table warehouse.intermediate.{name} as {sql}")
        rows = connection.execute(
            f"""select activity_id, incremental_low, incremental_high
            from warehouse.intermediate.{name} where goal = 'goal'"""
        ).fetchall()
        return {activity_id: (low, high) for activity_id, low, high in rows}

    yield simulate
    connection.close()


def judge(effects: Effects, truth: dict[str, float]) -> tuple[int, int]:
    """How many intervals hold the truth, and how many say that there was an effect."""
    assert effects.keys() == truth.keys()
    covered = sum(low <= truth[key] <= high for key, (low, high) in effects.items())
    found = sum(low > 0 or high < 0 for low, high in effects.values())
    return covered, found


def weeks_of(dice: random.Random, lift: bool, made_as: str) -> tuple[dict[str, list[Row]], dict[str, float]]:
    """An app per activity, with a week of its own, noise of its own and 8 weeks of history."""
    activities, periods, cells, truth = [], [], [], {}
    code = {"total": "orders", "mean": "dau", "ratio": "paying_rate"}[made_as]
    for number in range(ACTIVITIES):
        app_id = activity_id = f"s{number}"
        length, level, spread = dice.randrange(2, 15), dice.uniform(200, 5000), dice.uniform(0.03, 0.2)
        share = dice.uniform(0.02, 0.2)
        week = [dice.uniform(0.6, 1.4) for _ in range(7)]
        strength = dice.uniform(-0.1, 0.5) if lift else 0.0
        end = START + timedelta(days=length - 1)
        activities.append({"app_id": app_id, "activity_id": activity_id, "start_date": START, "end_date": end,
                           "goal_kpi_code": code})  # fmt: skip
        added, crowd = 0.0, 0.0
        for back in range(-56, length + 7):
            day = START + timedelta(days=back)
            base = level * week[day.weekday()] * (1 if made_as != "ratio" else 20)
            value = base * (1 + dice.gauss(0, spread))
            below = None
            if made_as == "ratio":
                below, value = value, value * share + base * share * dice.gauss(0, spread)
            if 0 <= back < length:
                extra = strength * (below * share if below is not None else level)
                value, added, crowd = value + extra, added + extra, crowd + (below or 0)
            periods.append({"app_id": app_id, "rule": "r", "grain": "day", "period_start": day,
                            "is_complete": True})  # fmt: skip
            cells.append({
                "kpi_code": code, "caliber_version": 1, "app_id": app_id, "grain": "day", "period_start": day,
                "dimension": "all", "dimension_value": "all", "numerator": round(value, 6),
                "denominator": below and round(below, 6),
            })  # fmt: skip
        truth[activity_id] = {"total": added, "mean": added / length, "ratio": added / (crowd or 1)}[made_as]
    tables = {
        "marts.dim_activities": activities,
        "intermediate.int_kpi_plan": [
            {"kpi_code": code, "caliber_version": 1, "grain": "day", "rule": "r",
             "is_ratio": made_as == "ratio", "is_stock": False, "has_total": True}
        ],
        "intermediate.int_kpi_definitions": [
            {"kpi_code": code, "caliber_version": 1, "additivity": "additive" if made_as == "total" else "non"}
        ],
        "intermediate.int_kpi_periods": periods,
        "intermediate.int_kpi_cells": cells,
        "staging.stg_ops_workbook__calendar": [
            {"calendar_date": START - timedelta(days=back), "holiday_name": "holiday"} for back in (9, 10)
        ],
    }  # fmt: skip
    return tables, truth


@pytest.mark.parametrize("made_as", ["total", "mean", "ratio"])
def test_intervals_of_weekdays_hold_the_truth(simulator, made_as: str) -> None:
    models = ["kpi/int_kpi_activity_days", "kpi/int_kpi_activity_effects"]
    lifted, placebo = random.Random(f"lift {made_as}"), random.Random(f"placebo {made_as}")
    tables, truth = weeks_of(lifted, True, made_as)
    covered, found = judge(simulator(tables, models), truth)
    assert 0.85 * ACTIVITIES <= covered <= 0.95 * ACTIVITIES, covered
    assert found > 0.5 * ACTIVITIES, found
    tables, truth = weeks_of(placebo, False, made_as)
    covered, found = judge(simulator(tables, models), truth)
    assert found == ACTIVITIES - covered <= 0.15 * ACTIVITIES, found


def groups_of(dice: random.Random, lift: bool) -> tuple[dict[str, list[Row]], dict[str, float]]:
    """Groups of unequal size and spread; most users buy nothing, a few much."""
    activities, members, days, truth = [], [], [], {}
    for number in range(ACTIVITIES):
        app_id = activity_id = f"s{number}"
        activities.append({"app_id": app_id, "activity_id": activity_id, "start_at": START, "end_at": START,
                           "goal_kpi_code": "orders"})  # fmt: skip
        rate = dice.uniform(0.1, 0.6)
        boost = dice.uniform(0.0, 0.5) if lift else 0.0
        sizes = {"target": dice.randrange(150, 400), "control": dice.randrange(60, 150)}
        truth[activity_id] = sizes["target"] * rate * boost * 2
        for group, size in sizes.items():
            chance = rate * (1 + boost) if group == "target" else rate
            for member in range(size):
                user_id = f"{group} {member}"
                members.append({"app_id": app_id, "activity_id": activity_id, "user_id": user_id,
                                "user_group": group})  # fmt: skip
                if dice.random() < chance:
                    orders = dice.choice([1, 2, 3])
                    days.append({"app_id": app_id, "user_id": user_id, "activity_date": START, "orders": orders,
                                 "net_revenue": 9})  # fmt: skip
    tables = {
        "staging.stg_ops_workbook__activities": activities,
        "staging.stg_ops_workbook__activity_groups": members,
        "intermediate.int_user_daily": days,
        "intermediate.int_app_days": [
            {"app_id": row["app_id"], "activity_date": START, "is_complete": True} for row in activities
        ],
        "intermediate.int_excluded_users": [{"app_id": "another", "user_id": "x", "from_date": START}],
    }
    return tables, truth


def test_intervals_of_control_groups_hold_the_truth(simulator) -> None:
    models = ["activity/int_activity_group_effects"]
    tables, truth = groups_of(random.Random("groups"), lift=True)
    covered, found = judge(simulator(tables, models), truth)
    assert 0.85 * ACTIVITIES <= covered <= 0.95 * ACTIVITIES, covered
    assert found > 0.3 * ACTIVITIES, found
    tables, truth = groups_of(random.Random("placebo groups"), lift=False)
    covered, found = judge(simulator(tables, models), truth)
    assert found == ACTIVITIES - covered <= 0.15 * ACTIVITIES, found
