{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}

-- What fct_refunds gives by date is what fct_orders gives by order, per app and over all time.
with refunds as (
    select
        app_id,
        cast(sum(amount_reporting) as decimal(38, 6)) as refunded_revenue
    from {{ ref('fct_refunds') }}
    group by app_id
),

orders as (
    select
        app_id,
        cast(sum(refunded_amount_reporting) as decimal(38, 6)) as refunded_revenue
    from {{ ref('fct_orders') }}
    group by app_id
)

select
    coalesce(refunds.app_id, orders.app_id) as app_id,
    refunds.refunded_revenue as by_date,
    orders.refunded_revenue as by_order
from refunds
full outer join orders
    on refunds.app_id = orders.app_id
where coalesce(refunds.refunded_revenue, 0) <> coalesce(orders.refunded_revenue, 0)
