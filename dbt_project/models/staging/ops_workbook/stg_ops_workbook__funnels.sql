-- depends_on: {{ source('ops_workbook', 'funnels') }}
with snapshot as (
    {{ newest_snapshot('funnels', ['funnel_code']) }}
)

select
    funnel_code,
    coalesce(funnel_name, funnel_code) as funnel_name,
    coalesce(order_mode, 'ordered') as order_mode,
    coalesce(window_minutes, 1440) as window_minutes,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
