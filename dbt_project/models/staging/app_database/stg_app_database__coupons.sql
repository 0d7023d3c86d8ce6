-- depends_on: {{ source('app_database', 'coupons') }}
with latest as (
    {{ latest_observation('app_database', 'coupons', ['app_id', 'coupon_id']) }}
)

select
    app_id,
    coupon_id,
    user_id,
    activity_id,
    face_amount,
    upper(currency_code) as currency_code,
    cast(granted_at as timestamp) as granted_at,
    cast(expires_at as timestamp) as expires_at,
    cast(used_at as timestamp) as used_at,
    order_id,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
