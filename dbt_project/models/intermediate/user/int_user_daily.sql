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
        cast(count(*) filter (where measure = 'sign_up') as bigint) as sign_ups,
        min(
            {{ packed([
                'occurred_at', 'event_id', 'platform', 'app_version', 'channel', 'campaign', 'country', 'region',
            ]) }}
        ) filter (where is_active_event) as first_active,
        min({{ lookup_key(['platform', 'app_version']) }}) filter (where is_active_event)
        <> max({{ lookup_key(['platform', 'app_version']) }}) filter (where is_active_event) as is_mixed
    from {{ on_touched_user_days(ref("int_events"), "event_date", is_incremental_run) }} as events
    group by app_id, user_id, event_date
),

money_days as (
    select money_days.*
    from {{ on_touched_user_days("(" ~ money_days() ~ ")", "activity_date", is_incremental_run) }} as money_days
),

session_days as (
    select
        app_id,
        user_id,
        session_date as activity_date,
        cast(count(*) as bigint) as sessions,
        cast(sum(duration_seconds) as decimal(38, 6)) as engaged_seconds
    from {{ on_touched_user_days(ref("int_sessions"), "session_date", is_incremental_run) }} as sessions
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
    event_days.first_active.occurred_at as first_active_at,
    event_days.first_active.event_id as first_event_id,
    event_days.first_active.platform as platform,
    event_days.first_active.app_version as app_version,
    event_days.first_active.channel as visit_channel,
    event_days.first_active.campaign as visit_campaign,
    event_days.first_active.country as country,
    event_days.first_active.region as region,
    coalesce(event_days.is_mixed, false) as is_mixed,
    run.run_id
from event_days
left join session_days using (app_id, user_id, activity_date)
full outer join money_days using (app_id, user_id, activity_date)
cross join {{ ref("int_run") }} as run
