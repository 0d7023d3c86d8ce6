-- depends_on: {{ source('app_database', 'features') }}
with latest as (
    {{ latest_observation('app_database', 'features', ['app_id', 'feature']) }}
)

select
    app_id,
    feature,
    feature_name,
    cast(released_at as timestamp) as released_at,
    cast(retired_at as timestamp) as retired_at,
    owner,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
