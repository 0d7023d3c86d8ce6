-- depends_on: {{ source('ops_workbook', 'funnel_steps') }}
with snapshot as (
    {{ newest_snapshot('funnel_steps', ['funnel_code', 'step_number']) }}
)

select
    funnel_code,
    step_number,
    event_name,
    coalesce(step_name, event_name) as step_name,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
