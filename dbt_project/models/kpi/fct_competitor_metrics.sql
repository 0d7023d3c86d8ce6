{# Beside what competitors publish stands our own KPI: this table of schema marts is made after the KPI layer. #}
with published as (
    select
        metrics.app_id,
        metrics.competitor,
        metrics.metric_name,
        metrics.grain,
        metrics.metric_date,
        metrics.value,
        metrics.kpi_code,
        metrics.source,
        {{ period_start("metrics.metric_date", "week", "coalesce(apps.week_start, run.week_start)") }} as week_start_date,
        {{ period_start("metrics.metric_date", "month", "coalesce(apps.week_start, run.week_start)") }} as month_start_date
    from {{ ref("stg_ops_workbook__competitor_metrics") }} as metrics
    left join {{ ref("int_apps") }} as apps on metrics.app_id = apps.app_id
    cross join {{ ref("int_run") }} as run
)

select
    published.app_id,
    published.competitor,
    published.metric_name,
    published.grain,
    published.metric_date,
    cast(published.value as decimal(28, 8)) as value,
    published.kpi_code,
    own.value as own_value,
    own.is_complete as own_is_complete,
    cast(own.value - published.value as decimal(28, 8)) as difference,
    published.source
from published
left join {{ ref("fct_kpi_current") }} as own
    on
        published.app_id = own.app_id
        and published.kpi_code = own.kpi_code
        and published.grain = own.grain
        and case published.grain
            when 'week' then published.week_start_date
            when 'month' then published.month_start_date
            else published.metric_date
        end = own.period_start
        and own.dimension = 'all'
