"""What a scorecard is made of, as a run published it: the input of tests/oracle/scorecard.py."""

from collections.abc import Mapping
from datetime import date

from tests.integration.pipeline import Run
from tests.oracle.scorecard import Kpi, Meaning, World, row
from tests.oracle.scored import scored

KEY = "app_id, kpi_code, grain, period_start, dimension, dimension_value"


def world_of(run: Run) -> World:
    with run.warehouse() as warehouse:
        kpis = warehouse.sql(
            f"select {KEY}, value, numerator, denominator, is_complete from kpi.fct_kpi where is_current"
        ).fetchall()
        meanings = warehouse.sql(
            "select kpi_code, direction, additivity from kpi.dim_kpi where valid_to is null"
        ).fetchall()
        targets = warehouse.sql(
            f"select {KEY}, target_value from staging.stg_ops_workbook__kpi_targets"
        ).fetchall()
        offsets = warehouse.sql(
            "select calendar_date, spring_festival_offset_days from staging.stg_ops_workbook__calendar"
        ).fetchall()
        days = warehouse.sql(
            """select days.app_id, plan.kpi_code, plan.grain, days.activity_date, days.is_mature
            from intermediate.int_kpi_days as days inner join intermediate.int_kpi_plan as plan using (rule)
            where plan.kpi_code in (select kpi_code from staging.stg_ops_workbook__kpi_targets)"""
        ).fetchall()
    over: dict[tuple[str, str, str], set[date]] = {}
    first_days: dict[tuple[str, str, str], date] = {}
    for app, code, grain, day, is_mature in days:
        first_days[app, code, grain] = min(first_days.get((app, code, grain), day), day)
        over.setdefault((app, code, grain), set()).update([day] if is_mature else [])
    return World(
        kpis={record[:6]: Kpi(*record[6:]) for record in kpis},
        meanings={code: Meaning(direction, additivity) for code, direction, additivity in meanings},
        targets={record[:6]: record[6] for record in targets},
        offsets={day: offset for day, offset in offsets if offset is not None},
        over=over,
        first_days=first_days,
    )


def rows_of(run: Run, table: str, key: str) -> dict[tuple[object, ...], Mapping[str, object]]:
    with run.published() as connection:
        result = connection.execute(f"select {key}, * from {table}")
        names = [column[0] for column in result.description]
        width = len(key.split(", "))
        return {record[:width]: dict(zip(names, record, strict=True)) for record in result.fetchall()}


def assert_scores_equal_the_oracle(run: Run, world: World) -> set[str]:
    """Every row and column; gives the columns that say something somewhere."""
    found = rows_of(run, "kpi.fct_kpi_scorecard", KEY)
    expected = {key: row(world, key, kpi) for key, kpi in scored(world).items()}
    assert found.keys() == expected.keys()
    different = [
        (key, name, found[key][name], value)
        for key, columns in expected.items()
        for name, value in columns.items()
        if found[key][name] != value
    ]
    assert different == [], different[:10]
    return {name for columns in expected.values() for name, value in columns.items() if value is not None}
