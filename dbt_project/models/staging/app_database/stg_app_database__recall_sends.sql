-- depends_on: {{ source('app_database', 'recall_sends') }}
with latest as (
    {{ latest_observation('app_database', 'recall_sends', ['app_id', 'send_id']) }}
)

select
    app_id,
    send_id,
    user_id,
    recall_channel,
    cast(sent_at as timestamp) as sent_at,
    campaign,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
