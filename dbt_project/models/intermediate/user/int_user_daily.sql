with event_days as (
    select
        app_id,
        user_id,
        event_date as activity_date,
        bool_or(is_active_event) as is_active,
        cast(count(*) as bigint) as events,
        cast(count(*) filter (where is_key_event) as bigint) as key_events,
        cast(count(*) filter (where measure = 'content_view') as bigint) as content_views,
        cast(count(*) filter (where measure = 'like') as bigint) as likes,
        cast(count(*) filter (where measure = 'share') as bigint) as shares,
        cast(count(*) filter (where measure = 'comment') as bigint) as comments,
        cast(count(*) filter (where measure = 'favorite') as bigint) as favorites,
        cast(count(*) filter (where measure = 'page_view') as bigint) as page_views,
        cast(count(duration_seconds) filter (where measure = 'page_view') as bigint) as timed_page_views,
        cast(sum(duration_seconds) filter (where measure = 'page_view') as decimal(38, 6)) as page_view_seconds,
        cast(count(*) filter (where measure = 'sign_up') as bigint) as sign_ups
    from {{ ref("int_events") }}
    group by app_id, user_id, event_date
),

-- A refund counts on the date it is made, not on the date of its order.
money_movements as (
    select
        app_id,
        user_id,
        order_date as activity_date,
        1 as orders,
        gross_amount_reporting as gross_revenue,
        cast(0 as decimal(20, 6)) as refunded_revenue
    from {{ ref("int_orders") }}
    union all
    select
        app_id,
        user_id,
        refund_date as activity_date,
        0 as orders,
        cast(0 as decimal(20, 6)) as gross_revenue,
        amount_reporting as refunded_revenue
    from {{ ref("int_refunds") }}
),

money_days as (
    select
        app_id,
        user_id,
        activity_date,
        cast(sum(orders) as bigint) as orders,
        cast(sum(gross_revenue) as decimal(38, 6)) as gross_revenue,
        cast(sum(refunded_revenue) as decimal(38, 6)) as refunded_revenue
    from money_movements
    group by app_id, user_id, activity_date
),

session_days as (
    select
        app_id,
        user_id,
        session_date as activity_date,
        cast(count(*) as bigint) as sessions,
        cast(sum(duration_seconds) as decimal(38, 6)) as engaged_seconds
    from {{ ref("int_sessions") }}
    group by app_id, user_id, session_date
)

select
    app_id,
    user_id,
    activity_date,
    coalesce(event_days.is_active, false) as is_active,
    coalesce(event_days.events, cast(0 as bigint)) as events,
    coalesce(event_days.key_events, cast(0 as bigint)) as key_events,
    coalesce(session_days.sessions, cast(0 as bigint)) as sessions,
    cast(coalesce(session_days.engaged_seconds, 0) as decimal(38, 6)) as engaged_seconds,
    coalesce(event_days.content_views, cast(0 as bigint)) as content_views,
    coalesce(event_days.likes, cast(0 as bigint)) as likes,
    coalesce(event_days.shares, cast(0 as bigint)) as shares,
    coalesce(event_days.comments, cast(0 as bigint)) as comments,
    coalesce(event_days.favorites, cast(0 as bigint)) as favorites,
    coalesce(event_days.page_views, cast(0 as bigint)) as page_views,
    coalesce(event_days.timed_page_views, cast(0 as bigint)) as timed_page_views,
    cast(coalesce(event_days.page_view_seconds, 0) as decimal(38, 6)) as page_view_seconds,
    coalesce(event_days.sign_ups, cast(0 as bigint)) as sign_ups,
    coalesce(money_days.orders, cast(0 as bigint)) as orders,
    cast(coalesce(money_days.gross_revenue, 0) as decimal(38, 6)) as gross_revenue,
    cast(coalesce(money_days.refunded_revenue, 0) as decimal(38, 6)) as refunded_revenue,
    cast(
        coalesce(money_days.gross_revenue, 0) - coalesce(money_days.refunded_revenue, 0) as decimal(38, 6)
    ) as net_revenue,
    day_starts.platform,
    day_starts.channel as visit_channel
from event_days
full outer join money_days using (app_id, user_id, activity_date)
left join session_days using (app_id, user_id, activity_date)
left join {{ ref("int_user_day_starts") }} as day_starts using (app_id, user_id, activity_date)
