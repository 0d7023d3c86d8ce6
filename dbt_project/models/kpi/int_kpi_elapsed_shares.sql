{# Reads published KPIs, so it stands here; itself it is not published. #}
{{ config(schema="intermediate", access="protected", contract={"enforced": false}, meta={"dagster": {"group": "intermediate", "owners": ["team:data-engineering"]}}) }}

{# kpi_pacing: even; weekday: a day weighs what its weekday brought on average in the 8 weeks before the period; calendar:
   the same by working days and days off (法定节假日与调休), weekdays where the workbook's calendar does not say. #}
{% set pacing = var("kpi_pacing", "even") %}
with running as (
    select distinct
        kpi.app_id,
        kpi.kpi_code,
        kpi.caliber_version,
        plan.rule,
        kpi.grain,
        kpi.period_start
    from {{ ref("stg_ops_workbook__kpi_targets") }} as targets
    inner join {{ ref("fct_kpi") }} as kpi
        on
            targets.app_id = kpi.app_id
            and targets.kpi_code = kpi.kpi_code
            and targets.grain = kpi.grain
            and targets.period_start = kpi.period_start
    inner join {{ ref("int_kpi_plan") }} as plan
        on
            kpi.kpi_code = plan.kpi_code
            and kpi.caliber_version = plan.caliber_version
            and kpi.grain = plan.grain
    where kpi.is_current and not kpi.is_complete
),

dated as (
    select
        running.*,
        {{ each_day(
            "period_start",
            "case grain when 'day' then period_start when 'week' then " ~ add_days("period_start", 6)
            ~ " else " ~ period_end("period_start", "month", "'monday'") ~ " end"
        ) }} as activity_date
    from running
),

lives as (
    select rule, app_id, min(activity_date) as first_date
    from {{ ref("int_kpi_days") }}
    group by rule, app_id
),

-- Days before the app's life are no part of the period.
period_days as (
    select
        dated.*,
        coalesce(days.is_mature, false) as is_over,
        {{ days_between("cast('2000-01-03' as date)", "dated.activity_date") }} % 7 as weekday,
        calendar.is_workday
    from dated
    inner join lives
        on dated.rule = lives.rule and dated.app_id = lives.app_id and lives.first_date <= dated.activity_date
    left join {{ ref("int_kpi_days") }} as days
        on dated.rule = days.rule and dated.app_id = days.app_id and dated.activity_date = days.activity_date
    left join {{ ref("stg_ops_workbook__calendar") }} as calendar on dated.activity_date = calendar.calendar_date
),

{% if pacing == "even" %}
weighted as (
    select *, cast(1 as decimal(28, 8)) as weight
    from period_days
)
{% else %}
history as (
    select
        running.app_id,
        running.kpi_code,
        running.grain,
        running.period_start,
        {{ days_between("cast('2000-01-03' as date)", "past.period_start") }} % 7 as weekday,
        calendar.is_workday,
        past.value
    from running
    inner join {{ ref("fct_kpi") }} as past
        on
            running.app_id = past.app_id
            and running.kpi_code = past.kpi_code
            and running.caliber_version = past.caliber_version
            and past.grain = 'day'
            and past.dimension = 'all'
            and past.is_complete
            and past.period_start < running.period_start
            and {{ add_days("running.period_start", -56) }} <= past.period_start
    left join {{ ref("stg_ops_workbook__calendar") }} as calendar on past.period_start = calendar.calendar_date
),

by_weekday as (
    select app_id, kpi_code, grain, period_start, weekday, avg(cast(value as double)) as usual
    from history
    group by app_id, kpi_code, grain, period_start, weekday
),

by_workday as (
    select app_id, kpi_code, grain, period_start, is_workday, avg(cast(value as double)) as usual
    from history
    where is_workday is not null
    group by app_id, kpi_code, grain, period_start, is_workday
),

usual as (
    select
        days.*,
        {% if pacing == "calendar" %}coalesce(by_workday.usual, by_weekday.usual){% else %}by_weekday.usual{% endif %} as usual
    from period_days as days
    left join by_weekday
        on
            days.app_id = by_weekday.app_id
            and days.kpi_code = by_weekday.kpi_code
            and days.grain = by_weekday.grain
            and days.period_start = by_weekday.period_start
            and days.weekday = by_weekday.weekday
    left join by_workday
        on
            days.app_id = by_workday.app_id
            and days.kpi_code = by_workday.kpi_code
            and days.grain = by_workday.grain
            and days.period_start = by_workday.period_start
            and days.is_workday = by_workday.is_workday
),

-- Even where some kind of day has no history, or the KPI brought nothing, or less.
weighted as (
    select
        *,
        case
            when count(usual) over whole = count(*) over whole and min(usual) over whole >= 0 and sum(usual) over whole > 0
                then cast(round(usual, 8) as decimal(28, 8))
            else 1
        end as weight
    from usual
    window whole as (partition by app_id, kpi_code, grain, period_start)
)
{% endif %}

select
    app_id,
    kpi_code,
    grain,
    period_start,
    cast(coalesce(sum(weight) filter (where is_over), 0) as decimal(28, 8)) as elapsed_weight,
    cast(sum(weight) as decimal(28, 8)) as whole_weight
from weighted
group by app_id, kpi_code, grain, period_start
