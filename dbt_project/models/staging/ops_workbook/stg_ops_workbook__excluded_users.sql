-- depends_on: {{ source('ops_workbook', 'excluded_users') }}
with snapshot as (
    {{ newest_snapshot('excluded_users', ['app_id', 'user_id', 'device_id']) }}
)

select
    {{ hash_key(['app_id', 'user_id', 'device_id']) }} as exclusion_id,
    app_id,
    user_id,
    device_id,
    reason,
    from_date,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
