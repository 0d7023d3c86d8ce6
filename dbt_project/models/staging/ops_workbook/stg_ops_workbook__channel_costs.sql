-- depends_on: {{ source('ops_workbook', 'channel_costs') }}
with snapshot as (
    {{ newest_snapshot('channel_costs', ['app_id', 'channel', 'cost_date', 'activity_id', 'note']) }}
)

select
    {{ hash_key(['app_id', 'channel', 'cost_date', 'activity_id', 'note']) }} as cost_id,
    app_id,
    channel,
    cost_date,
    amount,
    upper(currency) as currency,
    activity_id,
    note,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
