-- Sessions by the date of their start are those of the user-days. Revenue by date of movement and revenue by order date
-- are the same money over all time.
{{ config(meta={"dagster": {"ref": {"name": "fct_user_daily"}}}) }}

with by_user_day as (
    select
        app_id,
        activity_date,
        sum(sessions) as sessions,
        sum(engaged_seconds) as engaged_seconds,
        sum(net_revenue) as net_revenue
    from {{ ref("fct_user_daily") }}
    group by app_id, activity_date
),

by_session as (
    select
        app_id,
        session_date as activity_date,
        count(*) as sessions,
        coalesce(sum(duration_seconds), 0) as engaged_seconds
    from {{ ref("fct_sessions") }}
    group by app_id, session_date
),

by_app as (
    select
        app_id,
        sum(net_revenue) as net_revenue
    from by_user_day
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
    app_id,
    activity_date,
    'sessions' as what
from by_user_day
full outer join by_session using (app_id, activity_date)
where
    coalesce(by_user_day.sessions, 0) <> coalesce(by_session.sessions, 0)
    or coalesce(by_user_day.engaged_seconds, 0) <> coalesce(by_session.engaged_seconds, 0)
union all
select
    app_id,
    cast(null as date) as activity_date,
    'net revenue' as what
from by_app
full outer join by_order using (app_id)
where coalesce(by_app.net_revenue, 0) <> coalesce(by_order.net_revenue, 0)
