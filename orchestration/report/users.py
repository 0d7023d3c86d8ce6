"""Retention by cohort and the funnels of an app."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orchestration.report.published import Published, with_company

#: Cohorts in the heat map: two weeks of days.
COHORTS = 14
#: Day numbers in the heat map, those that people ask for.
DAY_NUMBERS = (1, 2, 3, 4, 5, 6, 7, 14, 30)
#: Mature cohort days that a funnel sums.
FUNNEL_DAYS = 7
#: Cohorts of the average over the heat map.
AVERAGE_COHORTS = 28


@dataclass(frozen=True)
class Cell:
    """Share of the cohort active exactly on day N after it; only mature cells."""

    cohort: date
    cohort_users: int
    day_number: int
    retained_users: int

    @property
    def rate(self) -> float:
        return self.retained_users / self.cohort_users


@dataclass(frozen=True)
class Retention:
    """`averages`: day number -> sum(retained) / sum(cohort) over the mature cells of the last four weeks."""

    cells: list[Cell]
    averages: dict[int, Decimal]


@dataclass(frozen=True)
class Step:
    name: str
    users: int
    rate_from_previous: float | None
    rate_from_start: float | None


@dataclass(frozen=True)
class Funnel:
    """Sums over the last mature cohort days from `first` to `last`."""

    code: str
    first: date
    last: date
    steps: list[Step]


def read_retention(published: Published) -> dict[str, Retention]:
    """New users by day of their first activity. The company's cohort is that of all its apps."""
    rows = published.by_app(
        f"""with cells as (
            select app_id, cohort_start, period_number, cast(sum(cohort_users) as bigint) as cohort_users,
                cast(sum(retained_users) as bigint) as retained_users, bool_and(is_mature) as is_mature
            from {with_company("marts.fct_user_retention")}
            where cohort_type = 'new' and grain = 'day' and retention_type = 'on' and dimension = 'all'
                and period_number in {DAY_NUMBERS}
            group by all
        )
        -- Cohorts that are at least one day old, the newest first; days without new users have no row.
        select *, dense_rank() over (partition by app_id order by cohort_start desc) as age
        from cells
        where is_mature
        qualify age <= {AVERAGE_COHORTS + max(DAY_NUMBERS)}
        order by app_id, cohort_start desc, period_number"""
    )
    found = {}
    for app_id, cells in rows.items():
        shown = [
            Cell(row["cohort_start"], row["cohort_users"], row["period_number"], row["retained_users"])
            for row in cells
        ]
        found[app_id] = Retention(
            [cell for cell, row in zip(shown, cells, strict=True) if row["age"] <= COHORTS], _averages(shown)
        )
    return found


def _averages(cells: list[Cell]) -> dict[int, Decimal]:
    averages = {}
    for number in DAY_NUMBERS:
        mature = [cell for cell in cells if cell.day_number == number][:AVERAGE_COHORTS]
        if mature:
            retained = sum(cell.retained_users for cell in mature)
            averages[number] = Decimal(retained) / sum(cell.cohort_users for cell in mature)
    return averages


def read_funnels(published: Published) -> dict[str, list[Funnel]]:
    """Every funnel that somebody entered in its last mature days."""
    rows = published.by_app(
        f"""with days as (
            select app_id, funnel_code, cohort_date
            from {with_company("marts.fct_funnel_conversions")}
            where dimension = 'all' and step_number = 1
            group by app_id, funnel_code, cohort_date
            having bool_and(is_mature)
            qualify row_number() over (partition by app_id, funnel_code order by cohort_date desc) <= {FUNNEL_DAYS}
        )
        select app_id, funnel_code, step_number, any_value(step_name) as step_name,
            cast(sum(users) as bigint) as users, min(cohort_date) as first_date, max(cohort_date) as last_date
        from {with_company("marts.fct_funnel_conversions")} funnels
        semi join days using (app_id, funnel_code, cohort_date)
        where dimension = 'all'
        group by all
        order by app_id, funnel_code, step_number"""
    )
    return {app_id: _funnels(found) for app_id, found in rows.items()}


def _funnels(rows: list[dict[str, object]]) -> list[Funnel]:
    steps: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        steps.setdefault(str(row["funnel_code"]), []).append(row)
    return [_funnel(code, found) for code, found in steps.items() if found[0]["users"]]


def _funnel(code: str, rows: list[dict[str, object]]) -> Funnel:
    users = [int(str(row["users"])) for row in rows]
    steps = [
        Step(
            str(row["step_name"] or row["step_number"]),
            users[number],
            users[number] / users[number - 1] if number and users[number - 1] else None,
            users[number] / users[0] if users[0] else None,
        )
        for number, row in enumerate(rows)
    ]
    first, last = rows[0]["first_date"], rows[0]["last_date"]
    assert isinstance(first, date)
    assert isinstance(last, date)
    return Funnel(code, first, last, steps)
