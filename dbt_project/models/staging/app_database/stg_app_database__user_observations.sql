-- depends_on: {{ source('app_database', 'users') }}
with observations as (
    {{ all_observations('app_database', 'users', ['app_id', 'user_id']) }}
)

select
    app_id,
    user_id,
    cast(registered_at as timestamp) as registered_at,
    acquisition_channel,
    acquisition_campaign,
    country,
    region,
    tier,
    cast(updated_at as timestamp) as updated_at,
    coalesce(is_deleted, false) as is_deleted,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from observations
