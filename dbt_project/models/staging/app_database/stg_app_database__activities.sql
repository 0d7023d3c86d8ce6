-- depends_on: {{ source('app_database', 'activities') }}
with latest as (
    {{ latest_observation('app_database', 'activities', ['app_id', 'activity_id']) }}
)

select
    app_id,
    activity_id,
    activity_name,
    status,
    cast(start_at as timestamp) as start_at,
    cast(end_at as timestamp) as end_at,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
