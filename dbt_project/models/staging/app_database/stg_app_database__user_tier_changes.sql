-- depends_on: {{ source('app_database', 'user_tier_changes') }}
with latest as (
    {{ latest_observation('app_database', 'user_tier_changes', ['app_id', 'user_id', 'changed_at']) }}
)

select
    app_id,
    user_id,
    cast(changed_at as timestamp) as changed_at,
    tier,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
