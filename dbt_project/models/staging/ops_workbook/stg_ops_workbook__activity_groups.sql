-- depends_on: {{ source('ops_workbook', 'activity_groups') }}
with snapshot as (
    {{ newest_snapshot('activity_groups', ['activity_id', 'app_id', 'user_id']) }}
)

select
    activity_id,
    app_id,
    user_id,
    {{ adapter.quote("group") }} as user_group,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
