-- depends_on: {{ source('app_database', 'tickets') }}
with latest as (
    {{ latest_observation('app_database', 'tickets', ['app_id', 'ticket_id']) }}
)

select
    app_id,
    ticket_id,
    user_id,
    cast(created_at as timestamp) as created_at,
    feedback_type,
    severity,
    app_version,
    activity_id,
    content_id,
    cast(first_responded_at as timestamp) as first_responded_at,
    cast(resolved_at as timestamp) as resolved_at,
    satisfaction_score,
    status,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
