{# Reads published KPIs, so it stands here; itself it is not published. #}
{{ config(schema="intermediate", access="protected", contract={"enforced": false}, meta={"dagster": {"group": "intermediate", "owners": ["team:data-engineering"]}}) }}

-- How high a day stands over the median of the seven days before it, against the same weekdays of the past 8 weeks. What
-- such a guess missed by in those weeks is the width of the band: 3 robust standard deviations (1.4826 MAD), at least
-- 2 %; a count also scatters by its own root.
with days as (
    select
        app_id,
        kpi_code,
        dimension,
        dimension_value,
        period_start,
        is_complete,
        unit = 'count' and not is_ratio as is_count,
        {{ days_between("cast('2000-01-03' as date)", "period_start") }} as day_number,
        {{ days_between("cast('2000-01-03' as date)", "period_start") }} % 7 as weekday,
        case when is_complete then cast(value as double) end as value
    from {{ ref("int_kpi_scored") }}
    where grain = 'day' and is_followed
),

levelled as (
    select
        *,
        median(value) over week_before as level,
        count(value) over week_before as level_days
    from days
    window week_before as (
        partition by app_id, kpi_code, dimension, dimension_value
        order by day_number
        range between 7 preceding and 1 preceding
    )
),

relative as (
    select
        *,
        case when level > 0 and level_days >= 5 then value / level end as relation
    from levelled
),

seasonal as (
    select
        *,
        case when count(relation) over same_weekdays >= 3 then median(relation) over same_weekdays end as usual
    from relative
    window same_weekdays as (
        partition by app_id, kpi_code, dimension, dimension_value, weekday
        order by day_number
        range between 56 preceding and 7 preceding
    )
),

missed as (
    select
        *,
        median(abs(relation - usual)) over past as deviation,
        count(relation - usual) over past as deviations
    from seasonal
    window past as (
        partition by app_id, kpi_code, dimension, dimension_value
        order by day_number
        range between 56 preceding and 1 preceding
    )
),

bands as (
    select
        *,
        level * usual as expected,
        3 * greatest(
            1.4826 * deviation * level,
            0.02 * level * usual,
            case when is_count then sqrt(level * usual) else 0 end
        ) as half_width
    from missed
    where is_complete and deviations >= 14 and level > 0 and level_days >= 5 and usual >= 0
)

select
    app_id,
    kpi_code,
    dimension,
    dimension_value,
    period_start,
    cast(round(expected - half_width, 8) as decimal(28, 8)) as expected_low,
    cast(round(expected + half_width, 8) as decimal(28, 8)) as expected_high
from bands
