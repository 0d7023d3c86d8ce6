{# Reads published KPIs, so it stands here; itself it is not published. #}
{{ config(schema="intermediate", access="protected", contract={"enforced": false}, meta={"dagster": {"group": "intermediate", "owners": ["team:data-engineering"]}}) }}

{# kpi_pacing: even; weekday: a day weighs what its weekday brought on average in the 8 weeks before the period; calendar:
   the same by working days and days off (法定节假日与调休), weekdays where the workbook's calendar does not say. A period that has not begun is weighed like one that runs. #}
{% set pacing = var("kpi_pacing", "even") %}
with plan as (
    select kpi_code, grain, rule, caliber_version
    from {{ ref("int_kpi_plan") }}
    qualify caliber_version = max(caliber_version) over (partition by kpi_code)
),

targeted as (
    select distinct
        targets.app_id,
        targets.kpi_code,
        plan.caliber_version,
        plan.rule,
        targets.grain,
        targets.period_start
    from {{ ref("stg_ops_workbook__kpi_targets") }} as targets
    inner join plan on targets.kpi_code = plan.kpi_code and targets.grain = plan.grain
),

dated as (
    select
        targeted.*,
        {{ each_day(
            "period_start",
            "case grain when 'day' then period_start when 'week' then " ~ add_days("period_start", 6)
            ~ " else " ~ period_end("period_start", "month", "'monday'") ~ " end"
        ) }} as activity_date
    from targeted
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
        targeted.app_id,
        targeted.kpi_code,
        targeted.grain,
        targeted.period_start,
        {{ days_between("cast('2000-01-03' as date)", "past.period_start") }} % 7 as weekday,
        calendar.is_workday,
        past.value
    from targeted
    inner join {{ ref("fct_kpi") }} as past
        on
            targeted.app_id = past.app_id
            and targeted.kpi_code = past.kpi_code
            and targeted.caliber_version = past.caliber_version
            and past.grain = 'day'
            and past.dimension = 'all'
            and past.is_complete
            and past.period_start < targeted.period_start
            and {{ add_days("targeted.period_start", -56) }} <= past.period_start
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
{% endif %},

-- A day with a target of its own keeps it. The others share what these leave over of the whole: up to each of them the
-- rounded share of the weight so far, so that all of them together get it all.
planned as (
    select
        days.*,
        own.target_value as own_target,
        cast(wholes.target_value - coalesce(sum(own.target_value) over whole, 0) as decimal(28, 8)) as rest,
        cast(sum(case when own.target_value is null then days.weight end) over whole as decimal(28, 8)) as open_weight,
        cast(
            sum(case when own.target_value is null then days.weight else 0 end) over (whole order by days.activity_date)
            as decimal(28, 8)
        ) as weight_so_far
    from weighted as days
    left join {{ ref("stg_ops_workbook__kpi_targets") }} as wholes
        on
            days.app_id = wholes.app_id
            and days.kpi_code = wholes.kpi_code
            and days.grain = wholes.grain
            and days.period_start = wholes.period_start
            and wholes.dimension = 'all'
    left join {{ ref("stg_ops_workbook__kpi_targets") }} as own
        on
            days.app_id = own.app_id
            and days.kpi_code = own.kpi_code
            and days.activity_date = own.period_start
            and own.grain = 'day'
            and own.dimension = 'all'
    window whole as (partition by days.app_id, days.kpi_code, days.grain, days.period_start)
),

shared as (
    select
        *,
        cast(
            rest * cast({{ divide_half_up("weight_so_far", "open_weight") }} as decimal(10, 8)) as decimal(28, 8)
        ) as shared_so_far
    from planned
)

select
    app_id,
    kpi_code,
    grain,
    period_start,
    activity_date,
    cast(weight as decimal(28, 8)) as weight,
    is_over,
    own_target is not null as has_own_target,
    cast(case
        when own_target is not null then own_target
        when rest >= 0
            then shared_so_far - lag(shared_so_far, 1, cast(0 as decimal(28, 8))) over (
                partition by app_id, kpi_code, grain, period_start order by activity_date
            )
    end as decimal(28, 8)) as day_target
from shared
