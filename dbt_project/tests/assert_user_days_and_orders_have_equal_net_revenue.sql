-- Revenue by date of movement and revenue by order date are the same money over all time.
{{ config(meta={"dagster": {"ref": {"name": "fct_user_daily"}}}) }}

with by_user_day as (
    select
        app_id,
        sum(net_revenue) as net_revenue
    from {{ ref("fct_user_daily") }}
    group by app_id
),

by_order as (
    select
        app_id,
        sum(net_amount_reporting) as net_revenue
    from {{ ref("fct_orders") }}
    group by app_id
)

select
    by_user_day.net_revenue as user_day_net_revenue,
    by_order.net_revenue as order_net_revenue,
    coalesce(by_user_day.app_id, by_order.app_id) as app_id
from by_user_day
full outer join by_order on by_user_day.app_id = by_order.app_id
where coalesce(by_user_day.net_revenue, 0) <> coalesce(by_order.net_revenue, 0)
