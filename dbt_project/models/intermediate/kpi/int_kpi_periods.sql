with ends as (
    select app_id, last_complete_date from {{ ref("int_apps") }}
    union all
    select '*' as app_id, max(last_complete_date) as last_complete_date from {{ ref("int_apps") }}
),

periods as (
    select
        rule,
        app_id,
        'day' as grain,
        activity_date as period_start,
        activity_date as period_end,
        is_mature,
        is_complete
    from {{ ref("int_kpi_days") }}
    union all
    select
        rule,
        app_id,
        'week' as grain,
        week_start_date as period_start,
        {{ add_days("week_start_date", 6) }} as period_end,
        is_mature,
        is_mature as is_complete
    from {{ ref("int_kpi_days") }}
    union all
    select
        rule,
        app_id,
        'month' as grain,
        month_start_date as period_start,
        {{ period_end("month_start_date", "month", "'monday'") }} as period_end,
        is_mature,
        is_mature as is_complete
    from {{ ref("int_kpi_days") }}
)

select
    periods.rule,
    periods.app_id,
    periods.grain,
    periods.period_start,
    bool_and(periods.is_complete and periods.period_end <= ends.last_complete_date) as is_complete,
    cast(count(*) filter (where periods.is_mature) as bigint) as complete_days
from periods
inner join ends on periods.app_id = ends.app_id
group by periods.rule, periods.app_id, periods.grain, periods.period_start
