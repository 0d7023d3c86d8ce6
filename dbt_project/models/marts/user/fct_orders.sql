with refunded as (
    select
        app_id,
        order_id,
        cast(sum(amount) as decimal(20, 6)) as refunded_amount,
        cast(sum(amount_reporting) as decimal(20, 6)) as refunded_amount_reporting
    from {{ ref('fct_refunds') }}
    group by app_id, order_id
),

orders as (
    select
        orders.*,
        coalesce(refunded.refunded_amount, cast(0 as decimal(20, 6))) as refunded_amount,
        coalesce(refunded.refunded_amount_reporting, cast(0 as decimal(20, 6))) as refunded_amount_reporting
    from {{ ref('int_orders') }} as orders
    left join refunded
        on orders.app_id = refunded.app_id and orders.order_id = refunded.order_id
)

select
    app_id,
    order_id,
    user_id,
    paid_at,
    order_date,
    gross_amount,
    discount_amount,
    refunded_amount,
    cast(gross_amount - refunded_amount as decimal(20, 6)) as net_amount,
    currency_code,
    gross_amount_reporting,
    discount_amount_reporting,
    refunded_amount_reporting,
    cast(gross_amount_reporting - refunded_amount_reporting as decimal(20, 6)) as net_amount_reporting,
    row_number() over (partition by app_id, user_id order by paid_at, order_id) = 1 as is_first_order,
    activity_id,
    channel
from orders
