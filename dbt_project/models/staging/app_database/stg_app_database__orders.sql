-- depends_on: {{ source('app_database', 'orders') }}
with latest as (
    {{ latest_observation('app_database', 'orders', ['app_id', 'order_id']) }}
)

select
    app_id,
    order_id,
    user_id,
    cast(paid_at as timestamp) as paid_at,
    status,
    gross_amount,
    cast(coalesce(discount_amount, 0) as decimal(20, 6)) as discount_amount,
    upper(currency_code) as currency_code,
    activity_id,
    channel,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
