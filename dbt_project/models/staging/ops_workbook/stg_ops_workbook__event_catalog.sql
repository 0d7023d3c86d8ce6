-- depends_on: {{ source('ops_workbook', 'event_catalog') }}
with snapshot as (
    {{ newest_snapshot('event_catalog', ['event_name']) }}
)

select
    event_name,
    domain,
    measure,
    is_active_event,
    is_key_event,
    description,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
