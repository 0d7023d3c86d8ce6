-- depends_on: {{ source('app_database', 'points_ledger') }}
with latest as (
    {{ latest_observation('app_database', 'points_ledger', ['app_id', 'entry_id']) }}
)

select
    app_id,
    entry_id,
    user_id,
    entry_type,
    points,
    cost_amount,
    cast(occurred_at as timestamp) as occurred_at,
    activity_id,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
