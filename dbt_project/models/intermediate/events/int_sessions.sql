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
{% if stored('int_sessions') %}
-- Of the users that this run changed: their events of the changed dates, and the rest of the sessions that fall.
with changed as (
    {{ changed_user_days() }}
),

counted_events as (
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

users as (
    select app_id, user_id, cast(row_number() over (order by app_id, user_id) as bigint) as user_number
    from (
        select app_id, user_id from changed
        union distinct
        select app_id, user_id from {{ ref('int_touched_sessions') }}
    ) as touched
),
{% else %}
with counted_events as (
    select *
    from {{ ref('int_events') }}
    where is_active_event
),

users as (
    select app_id, user_id, cast(row_number() over (order by app_id, user_id) as bigint) as user_number
    from {{ ref('int_events') }}
    where is_active_event
    group by app_id, user_id
),
{% endif %}

-- A number in place of two texts halves the sorting.
active_events as (
    select
        users.user_number,
        events.event_id,
        events.occurred_at,
        events.event_date,
        events.measure,
        events.duration_seconds,
        events.channel,
        events.campaign,
        events.platform,
        events.page
    from counted_events as events
    inner join users on events.app_id = users.app_id and events.user_id = users.user_id
),

silences as (
    select
        *,
        {{ micros_between('lag(occurred_at) over (partition by user_number order by occurred_at)', 'occurred_at') }} as silent_micros
    from active_events
),

-- Exactly 30 minutes of silence continue the session. Events of one moment fall into one session: their order is no matter.
dated as (
    select
        *,
        max(case when silent_micros <= {{ silence_micros }} then null else occurred_at end) over (
            partition by user_number
            order by occurred_at
            range between unbounded preceding and current row
        ) as started_at
    from silences
),

sessions as (
    select
        user_number,
        started_at,
        min_by(
            {{ packed(['event_id', 'channel', 'campaign', 'platform', 'page']) }}, event_id
        ) filter (where occurred_at = started_at) as first_event,
        max(occurred_at) as ended_at,
        min(event_date) as session_date,
        max(event_date) as ended_date,
        max(duration_seconds) as longest_event_seconds,
        cast(count(*) as bigint) as events,
        cast(count(*) filter (where measure = 'content_view') as bigint) as content_views
    from dated
    group by user_number, started_at
)

select
    users.app_id,
    {{ hash_key(['users.app_id', 'sessions.first_event.event_id']) }} as session_id,
    users.user_id,
    sessions.started_at,
    sessions.ended_at,
    sessions.session_date,
    sessions.ended_date,
    case
        when sessions.events = 1 then sessions.longest_event_seconds
        else {{ seconds_between('sessions.started_at', 'sessions.ended_at') }}
    end as duration_seconds,
    sessions.events,
    sessions.content_views,
    sessions.events = 1 as is_bounce,
    sessions.first_event.channel,
    sessions.first_event.campaign,
    sessions.first_event.platform,
    sessions.first_event.page as entry_page,
    run.run_id
from sessions
inner join users on sessions.user_number = users.user_number
cross join {{ ref('int_run') }} as run
