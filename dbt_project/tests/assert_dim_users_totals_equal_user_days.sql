{{ config(meta={"dagster": {"ref": {"name": "dim_users"}}}) }}

with totals as (
    select
        app_id,
        user_id,
        count(*) filter (where is_active) as active_days,
        sum(sessions) as sessions,
        sum(orders) as orders,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue,
        sum(net_revenue) as net_revenue
    from {{ ref("fct_user_daily") }}
    group by app_id, user_id
)

select
    users.app_id,
    users.user_id
from {{ ref("dim_users") }} as users
full outer join totals on users.app_id = totals.app_id and users.user_id = totals.user_id
where
    users.user_id is null
    or users.active_days <> coalesce(totals.active_days, 0)
    or users.sessions <> coalesce(totals.sessions, 0)
    or users.orders <> coalesce(totals.orders, 0)
    or users.gross_revenue <> coalesce(totals.gross_revenue, 0)
    or users.refunded_revenue <> coalesce(totals.refunded_revenue, 0)
    or users.net_revenue <> coalesce(totals.net_revenue, 0)
