-- A period is complete when its last day is at most the last complete day of every app that it speaks of.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

with periods as (
    select
        app_id,
        kpi_code,
        grain,
        period_start,
        case grain
            when 'day' then period_start
            when 'week' then {{ add_days("period_start", 6) }}
            else {{ period_end("period_start", "month", "'monday'") }}
        end as period_end
    from {{ ref("fct_kpi") }}
    where is_complete
)

select
    periods.app_id,
    periods.kpi_code,
    periods.grain,
    periods.period_start,
    apps.app_id as running_app_id
from periods
inner join {{ ref("int_app_days") }} as days
    on
        (periods.app_id = days.app_id or periods.app_id = '*')
        and days.activity_date between periods.period_start and periods.period_end
inner join {{ ref("int_apps") }} as apps on days.app_id = apps.app_id
where days.activity_date > apps.last_complete_date
