-- depends_on: {{ ref('int_kept_events') }}
-- depends_on: {{ ref('int_touched_sessions') }}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {
        'by': 'int_touched_sessions', 'on': {'session_date': 'session_date', 'session_id': 'session_id'},
    }},
) }}
{%- set silence_micros = 30 * 60 * 1000000 %}
{%- set is_incremental_run = stored('int_sessions') %}
{#- Of all users events are read twice: kept between, they would cost a fifth more. #}
{%- set counted_events = 'counted_events' if is_incremental_run else ref('int_events') %}
{% if is_incremental_run %}
-- Of the users that this run changed: their events of the changed dates, and the rest of the sessions that fall.
with changed as (
    {{ changed_user_days() }}
),

counted_events as ( -- noqa: ST03
    select events.*
    from {{ ref('int_events') }} as events
    semi join changed
        on
            events.app_id = changed.app_id
            and events.user_id = changed.user_id
            and events.event_date = changed.activity_date
    where events.is_active_event and {{ on_dates('events.event_date', 'select distinct activity_date from (' ~ changed_user_days() ~ ') as changed') }}
    union all
    select events.*
    from {{ ref('int_events') }} as events
    semi join {{ ref('int_touched_sessions') }} as sessions
        on
            events.app_id = sessions.app_id
            and events.user_id = sessions.user_id
            and events.occurred_at >= sessions.started_at
            and events.occurred_at <= sessions.ended_at
    anti join changed
        on
            events.app_id = changed.app_id
            and events.user_id = changed.user_id
            and events.event_date = changed.activity_date
    where events.is_active_event and {{ on_dates('events.event_date', touched_session_dates()) }}
),
{% else %}
with
{% endif %}
-- A number in place of two texts halves the sorting. What a user did in all is where the last session ends.
users as (
    select
        app_id,
        user_id,
        cast(row_number() over (order by app_id, user_id) as bigint) as user_number,
        max(occurred_at) as last_at,
        max(event_date) as last_date,
        count(*) as events,
        count(*) filter (where measure = 'content_view') as content_views
    from {{ counted_events }}
    where is_active_event
    group by app_id, user_id
),

active_events as (
    select
        users.user_number,
        events.event_id,
        events.occurred_at,
        events.event_date,
        case when events.measure = 'content_view' then 1 else 0 end as content_views,
        events.duration_seconds,
        events.channel,
        events.campaign,
        events.platform,
        events.page
    from {{ counted_events }} as events
    inner join users on events.app_id = users.app_id and events.user_id = users.user_id
    where events.is_active_event
),

numbered as (
    select
        *,
        lag(occurred_at) over history as previous_at,
        lag(event_date) over history as previous_date,
        row_number() over history as event_number,
        sum(content_views) over (
            partition by user_number order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) - content_views as content_views_before
    from active_events
    window history as (partition by user_number order by occurred_at, event_id)
),

-- Exactly 30 minutes of silence continue the session; events of one moment never part.
first_events as (
    select *
    from numbered
    where previous_at is null or {{ micros_between('previous_at', 'occurred_at') }} > {{ silence_micros }}
),

-- A session ends where the user's next one begins: from here on there is one row a session.
sessions as (
    select
        users.app_id,
        users.user_id,
        first_events.event_id,
        first_events.occurred_at as started_at,
        first_events.event_date as session_date,
        first_events.duration_seconds,
        first_events.channel,
        first_events.campaign,
        first_events.platform,
        first_events.page,
        coalesce(lead(first_events.previous_at) over history, users.last_at) as ended_at,
        coalesce(lead(first_events.previous_date) over history, users.last_date) as ended_date,
        cast(
            coalesce(lead(first_events.event_number) over history, users.events + 1)
            - first_events.event_number as bigint
        ) as events,
        cast(
            coalesce(lead(first_events.content_views_before) over history, users.content_views)
            - first_events.content_views_before as bigint
        ) as content_views
    from first_events
    inner join users on first_events.user_number = users.user_number
    window history as (partition by first_events.user_number order by first_events.event_number)
)

select
    sessions.app_id,
    {{ hash_key(['sessions.app_id', 'sessions.event_id']) }} as session_id,
    sessions.user_id,
    sessions.started_at,
    sessions.ended_at,
    sessions.session_date,
    sessions.ended_date,
    case
        when sessions.events = 1 then sessions.duration_seconds
        else {{ seconds_between('sessions.started_at', 'sessions.ended_at') }}
    end as duration_seconds,
    sessions.events,
    sessions.content_views,
    sessions.events = 1 as is_bounce,
    sessions.channel,
    sessions.campaign,
    sessions.platform,
    sessions.page as entry_page,
    run.run_id
from sessions
cross join {{ ref('int_run') }} as run
