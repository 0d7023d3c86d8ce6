-- depends_on: {{ ref('int_touched_user_days') }}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {
        'by': 'int_touched_user_days',
        'on': {'activity_date': 'activity_date', 'app_id': 'app_id', 'user_id': 'user_id'},
    }},
) }}
{%- set is_incremental_run = stored('int_user_daily') %}
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
    from {{ ref("int_events") }} as events
    {% if is_incremental_run %}
    {{ semi_join_touched('events', 'event_date') }}
    where {{ on_touched_dates('events.event_date') }}
    {% endif %}
    group by app_id, user_id, event_date
),

money_days as (
    select money_days.*
    from ({{ money_days() }}) as money_days
    {% if is_incremental_run %}
    {{ semi_join_touched('money_days', 'activity_date') }}
    {% endif %}
),

session_days as (
    select
        app_id,
        user_id,
        session_date as activity_date,
        cast(count(*) as bigint) as sessions,
        cast(sum(duration_seconds) as decimal(38, 6)) as engaged_seconds
    from {{ ref("int_sessions") }} as sessions
    {% if is_incremental_run %}
    {{ semi_join_touched('sessions', 'session_date') }}
    where {{ on_touched_dates('sessions.session_date') }}
    {% endif %}
    group by app_id, user_id, session_date
),

day_starts as (
    select
        app_id,
        user_id,
        activity_date,
        platform,
        channel
    from {{ ref("int_user_day_starts") }}
    {% if is_incremental_run %}
    where {{ on_touched_dates('activity_date') }}
    {% endif %}
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
    day_starts.channel as visit_channel,
    run.run_id
from event_days
full outer join money_days using (app_id, user_id, activity_date)
cross join {{ ref("int_run") }} as run
left join session_days using (app_id, user_id, activity_date)
left join day_starts using (app_id, user_id, activity_date)
