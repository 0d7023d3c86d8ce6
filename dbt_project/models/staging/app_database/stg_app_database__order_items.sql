-- depends_on: {{ source('app_database', 'order_items') }}
with latest as (
    {{ latest_observation('app_database', 'order_items', ['app_id', 'order_item_id']) }}
)

select
    app_id,
    order_item_id,
    order_id,
    item_id,
    quantity,
    gross_amount,
    discount_amount,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
