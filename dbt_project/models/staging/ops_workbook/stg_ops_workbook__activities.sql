-- depends_on: {{ source('ops_workbook', 'activities') }}
with snapshot as (
    {{ newest_snapshot('activities', ['activity_id']) }}
)

select
    activity_id,
    app_id,
    coalesce(activity_name, activity_id) as activity_name,
    activity_type,
    cast(start_at as timestamp) as start_at,
    cast(end_at as timestamp) as end_at,
    participation_event,
    control_group,
    goal_kpi_code,
    goal_value,
    budget_amount,
    upper(currency) as currency,
    owner,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
