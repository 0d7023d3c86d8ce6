-- depends_on: {{ source('ops_workbook', 'kpi_targets') }}
with snapshot as (
    {{ newest_snapshot('kpi_targets', ['kpi_code', 'app_id', 'grain', 'period_start', "coalesce(dimension, 'all')", "coalesce(dimension_value, 'all')"]) }}
)

select
    {{ hash_key(['kpi_code', 'app_id', 'grain', 'period_start', "coalesce(dimension, 'all')", "coalesce(dimension_value, 'all')"]) }} as target_id,
    kpi_code,
    app_id,
    grain,
    period_start,
    coalesce(dimension, 'all') as dimension,
    coalesce(dimension_value, 'all') as dimension_value,
    target_value,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
