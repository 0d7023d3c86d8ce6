-- Week n of a year is the n-th whose fourth day lies in it (ISO 8601 when weeks start on Monday); the same week of the
-- year before is 52 or 53 weeks earlier.
with kpi_periods as (
    select grain, period_start from {{ ref("int_kpi_periods") }}
    union
    select grain, period_start from {{ ref("int_kpi_cells") }}
),

periods as (
    select
        grain,
        period_start,
        cast(floor((dayofyear({{ add_days("period_start", 3) }}) - 1) / 7.0) as integer) as week_number,
        cast(floor((dayofyear({{ add_days("period_start", -361) }}) - 1) / 7.0) as integer) as number_52_weeks_earlier,
        cast(floor((dayofyear({{ add_days("period_start", -368) }}) - 1) / 7.0) as integer) as number_53_weeks_earlier
    from kpi_periods
),

-- A lunar year has 353 to 385 days.
festivals as (
    select
        later.calendar_date as period_start,
        max(earlier.calendar_date) as earlier_start
    from {{ ref("stg_ops_workbook__calendar") }} as later
    left join {{ ref("stg_ops_workbook__calendar") }} as earlier
        on
            later.spring_festival_offset_days = earlier.spring_festival_offset_days
            and {{ days_between("earlier.calendar_date", "later.calendar_date") }} between 350 and 390
    where later.spring_festival_offset_days between -21 and 21
    group by later.calendar_date
),

comparisons as (
    select
        'previous' as comparison,
        grain,
        period_start,
        case grain
            when 'day' then {{ add_days("period_start", -1) }}
            when 'week' then {{ add_days("period_start", -7) }}
            else {{ period_start(add_days("period_start", -1), "month", "'monday'") }}
        end as earlier_start
    from periods
    union all
    select
        'last_week' as comparison,
        grain,
        period_start,
        {{ add_days("period_start", -7) }} as earlier_start
    from periods
    where grain = 'day'
    union all
    select
        'year_ago' as comparison,
        grain,
        period_start,
        case
            when grain = 'week' and number_52_weeks_earlier = week_number then {{ add_days("period_start", -364) }}
            when grain = 'week' and number_53_weeks_earlier = week_number then {{ add_days("period_start", -371) }}
            when grain <> 'week' and not (month(period_start) = 2 and day(period_start) = 29)
                then {{ year_earlier("period_start") }}
        end as earlier_start
    from periods
    union all
    select
        'year_ago_aligned' as comparison,
        periods.grain,
        periods.period_start,
        case
            when festivals.period_start is not null then festivals.earlier_start
            else {{ add_days("periods.period_start", -364) }}
        end as earlier_start
    from periods
    left join festivals on periods.period_start = festivals.period_start
    where periods.grain = 'day'
)

select comparison, grain, period_start, earlier_start
from comparisons
where earlier_start is not null
