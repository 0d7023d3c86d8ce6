-- depends_on: {{ source('app_database', 'creators') }}
with latest as (
    {{ latest_observation('app_database', 'creators', ['app_id', 'creator_id']) }}
)

select
    app_id,
    creator_id,
    source_type,
    tier,
    followers,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
