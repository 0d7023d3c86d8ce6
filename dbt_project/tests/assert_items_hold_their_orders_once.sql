{{ config(meta={'dagster': {'ref': {'name': 'fct_item_daily'}}}) }}

-- No order is in two items: of any day the items hold at most the orders of the day.
with items as (
    select
        app_id,
        activity_date,
        sum(orders) as orders
    from {{ ref('fct_item_daily') }}
    group by app_id, activity_date
),

orders as (
    select
        app_id,
        order_date,
        count(*) as orders
    from {{ ref('fct_orders') }}
    group by app_id, order_date
)

select
    items.app_id,
    items.activity_date,
    items.orders as orders_of_items,
    orders.orders
from items
left join orders on items.app_id = orders.app_id and items.activity_date = orders.order_date
where items.orders > coalesce(orders.orders, 0)
