-- depends_on: {{ source('ops_workbook', 'competitor_metrics') }}
with snapshot as (
    {{ newest_snapshot('competitor_metrics', ['app_id', 'competitor', 'metric_name', "coalesce(grain, 'month')", 'metric_date']) }}
)

select
    {{ hash_key(['app_id', 'competitor', 'metric_name', "coalesce(grain, 'month')", 'metric_date']) }} as observation_id,
    app_id,
    competitor,
    metric_date,
    coalesce(grain, 'month') as grain,
    metric_name,
    kpi_code,
    value,
    source,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
