-- depends_on: {{ source('app_database', 'refunds') }}
with latest as (
    {{ latest_observation('app_database', 'refunds', ['app_id', 'refund_id']) }}
)

select
    app_id,
    refund_id,
    order_id,
    cast(refunded_at as timestamp) as refunded_at,
    amount,
    upper(currency_code) as currency_code,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
