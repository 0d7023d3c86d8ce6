{#- Comparable days: up to 4 of each weekday, from the 8 weeks before the start. #}
{%- set weeks_back = 8 %}
{%- set days_per_weekday = 4 %}
with goals as (
    select app_id, activity_id, start_date, end_date, 'goal' as goal, goal_kpi_code as kpi_code
    from {{ ref('dim_activities') }}
    where goal_kpi_code is not null
    union all
    select app_id, activity_id, start_date, end_date, 'net_revenue' as goal, 'net_revenue' as kpi_code
    from {{ ref('dim_activities') }}
),

-- How a KPI's days become one number: additive ones add up, ratios are a ratio of sums, levels such as dau a mean of days.
measures as (
    select
        plan.kpi_code,
        plan.caliber_version,
        plan.rule,
        plan.is_stock,
        case
            when plan.is_ratio then 'ratio'
            when definitions.additivity = 'additive' then 'total'
            else 'mean'
        end as made_as
    from {{ ref('int_kpi_plan') }} as plan
    inner join {{ ref('int_kpi_definitions') }} as definitions
        on plan.kpi_code = definitions.kpi_code and plan.caliber_version = definitions.caliber_version
    where plan.grain = 'day' and plan.has_total
    qualify plan.caliber_version = max(plan.caliber_version) over (partition by plan.kpi_code)
),

measured_goals as (
    select
        goals.*,
        measures.caliber_version,
        measures.rule,
        measures.is_stock,
        measures.made_as
    from goals
    inner join measures on goals.kpi_code = measures.kpi_code
),

activity_dates as (
    select
        app_id,
        activity_id,
        {{ each_day('start_date', 'end_date') }} as activity_date
    from {{ ref('dim_activities') }}
),

holidays as (
    select calendar_date
    from {{ ref('stg_ops_workbook__calendar') }}
    where holiday_name is not null
),

days as (
    select
        goals.app_id,
        goals.activity_id,
        goals.goal,
        goals.kpi_code,
        goals.caliber_version,
        goals.is_stock,
        goals.made_as,
        periods.period_start as day,
        {{ days_between("cast('2000-01-03' as date)", 'periods.period_start') }} % 7 as weekday,
        case
            when periods.period_start < goals.start_date then 'before'
            when periods.period_start <= goals.end_date then 'during'
            else 'after'
        end as role
    from measured_goals as goals
    inner join {{ ref('int_kpi_periods') }} as periods
        on
            goals.rule = periods.rule
            and goals.app_id = periods.app_id
            and periods.grain = 'day'
            and periods.period_start between {{ add_days('goals.start_date', -7 * weeks_back) }}
            and {{ add_days('goals.end_date', 7) }}
    where periods.is_complete
),

-- Days of other activities and holidays are no ordinary days to compare with.
special_days as (
    select distinct
        days.app_id,
        days.activity_id,
        days.day
    from days
    inner join activity_dates as others
        on
            days.app_id = others.app_id
            and days.day = others.activity_date
            and days.activity_id <> others.activity_id
    where days.role <> 'during'
    union distinct
    select distinct
        days.app_id,
        days.activity_id,
        days.day
    from days
    inner join holidays on days.day = holidays.calendar_date
    where days.role <> 'during'
)

select
    days.app_id,
    days.activity_id,
    days.goal,
    days.made_as,
    days.role,
    days.day,
    cast(days.weekday as integer) as weekday,
    cast(coalesce(cells.numerator, 0) as decimal(28, 8)) as numerator,
    cast(coalesce(cells.denominator, 0) as decimal(28, 8)) as denominator
from days
left join special_days
    on
        days.app_id = special_days.app_id
        and days.activity_id = special_days.activity_id
        and days.day = special_days.day
left join {{ ref('int_kpi_cells') }} as cells
    on
        days.kpi_code = cells.kpi_code
        and days.caliber_version = cells.caliber_version
        and days.app_id = cells.app_id
        and days.day = cells.period_start
        and cells.grain = 'day'
        and cells.dimension = 'all'
-- A level that nobody reported on a day is not known.
where special_days.day is null and (not days.is_stock or cells.numerator is not null)
qualify
    days.role <> 'before'
    or row_number() over (
        partition by days.app_id, days.activity_id, days.goal, days.role, days.weekday order by days.day desc
    ) <= {{ days_per_weekday }}
