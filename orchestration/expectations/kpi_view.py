"""What the KPI suite looks at: the values of a build beside those that readers know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.casting import literal

if TYPE_CHECKING:
    import pandas as pd

#: New values are judged for that many days back from the last complete one: a first load of years is no row of jumps.
NEW_DAYS = 14
#: Both ends included.
Range = tuple[date, date]


@dataclass(frozen=True)
class KpiView:
    """Temp tables on `connection`, of complete totals (dimension `all`), by the newest caliber but for `known`:

    `days`: value, num and den as DOUBLE; `told`, what readers know, null where nothing; `is_judged`: new, or not what
    readers know, and not accepted by a person; `is_of_activity`: of one of the app's own.
    `known`: days that readers know as complete and that are over as of the run; `is_kept` where they still are.
    `extremes`: least and greatest value of any grain. `lags`: days that the newest value of an app that lives is late.
    """

    connection: duckdb.DuckDBPyConnection

    def frame(self, query: str) -> "pd.DataFrame":
        return self.connection.execute(query).df()

    def open_days(self) -> Range | None:
        """From the first to the last day on which there is something to judge."""
        first, last = self.connection.execute(
            """select min(day), max(day) from (
                select day from days where is_judged union all select day from known where not is_kept
            )"""
        ).fetchall()[0]
        return (first, last) if first else None


def kpi_view(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    published: Path,
    accepted: Sequence[Range] = (),
    new_days: int = NEW_DAYS,
) -> KpiView:
    """Attach both files read-only, the published one where there is one, and make the tables."""
    run = connection.execute
    run("set TimeZone = 'UTC'")
    run(f"attach {literal(str(warehouse))} as warehouse (read_only)")
    readers = "warehouse.kpi.fct_kpi where false"
    if published.exists():
        run(f"attach {literal(str(published))} as published (read_only)")
        readers = "published.kpi.fct_kpi where grain = 'day' and dimension = 'all' and is_complete"
    run(f"create temp table told as from {readers}")
    run("create temp table accepted_days (day date)")
    for first, last in accepted:
        run("insert into accepted_days select unnest(generate_series(?, ?, interval 1 day))", [first, last])
    for statement in _TABLES:
        run(statement.replace("$new_days", str(new_days)))
    return KpiView(connection)


_TABLES = (
    """create temp table ends as
    select app_id, last_complete_date as last_day from warehouse.intermediate.int_apps
    union all
    select '*', max(last_complete_date) from warehouse.intermediate.int_apps""",
    """create temp table activity_days as
    select distinct app_id, cast(unnest(generate_series(start_date, end_date, interval 1 day)) as date) as day
    from (
        select app_id, start_date, end_date from warehouse.marts.dim_activities
        union all
        select '*', start_date, end_date from warehouse.marts.dim_activities
    ) as activities
    where start_date <= end_date""",
    """create temp table totals as
    select kpi.*, definitions.unit, definitions.additivity
    from warehouse.kpi.fct_kpi as kpi
    join warehouse.kpi.dim_kpi as definitions using (kpi_code, caliber_version)
    where dimension = 'all' and is_current and is_complete""",
    """create temp table days as
    select
        totals.app_id,
        totals.kpi_code,
        totals.period_start as day,
        totals.unit,
        totals.additivity,
        totals.denominator is not null as is_ratio,
        cast(totals.value as double) as value,
        cast(totals.numerator as double) as num,
        cast(totals.denominator as double) as den,
        cast(told.value as double) as told,
        accepted_days.day is null and case
            when told.kpi_code is null then totals.period_start > ends.last_day - $new_days
            else told.value is distinct from totals.value
        end as is_judged,
        activity_days.day is not null as is_of_activity
    from totals
    join ends using (app_id)
    left join told
        on told.app_id = totals.app_id and told.kpi_code = totals.kpi_code
        and told.caliber_version = totals.caliber_version and told.period_start = totals.period_start
        and told.currency_code is not distinct from totals.currency_code
    left join activity_days on activity_days.app_id = totals.app_id and activity_days.day = totals.period_start
    left join (select distinct day from accepted_days) accepted_days on accepted_days.day = totals.period_start
    where totals.grain = 'day'""",
    """create temp table known as
    select told.app_id, told.kpi_code, told.period_start as day, coalesce(kept.is_complete, false) as is_kept
    from told
    join ends on told.app_id = ends.app_id and told.period_start <= ends.last_day
    join warehouse.kpi.dim_kpi as definitions
        on definitions.kpi_code = told.kpi_code and definitions.caliber_version = told.caliber_version
    left join warehouse.kpi.fct_kpi as kept
        on kept.app_id = told.app_id and kept.kpi_code = told.kpi_code
        and kept.caliber_version = told.caliber_version and kept.grain = 'day' and kept.dimension = 'all'
        and kept.period_start = told.period_start
    where told.period_start not in (select day from accepted_days)""",
    """create temp table extremes as
    select app_id, kpi_code, cast(min(value) as double) as lowest, cast(max(value) as double) as highest
    from totals group by app_id, kpi_code""",
    """create temp table lags as
    select
        totals.app_id,
        totals.kpi_code,
        any_value(ends.last_day) - max(totals.period_start) - any_value(cast(rules.days_after as integer)) as days_late
    from totals
    join ends using (app_id)
    join warehouse.intermediate.int_app_lives as lives
        on lives.app_id = totals.app_id and lives.last_date > ends.last_day
    join warehouse.intermediate.int_kpi_plan as plan
        on plan.kpi_code = totals.kpi_code and plan.caliber_version = totals.caliber_version and plan.grain = 'day'
    join warehouse.intermediate.int_kpi_rules as rules on rules.rule = plan.rule
    where totals.grain = 'day'
    group by all""",
)
