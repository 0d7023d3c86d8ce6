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
{% else %}
with counted_events as (
    select *
    from {{ ref('int_events') }}
    where is_active_event
),
{% endif %}

active_events as (
    select
        *,
        -- Exactly 30 minutes of silence continue the session.
        coalesce(
            {{ micros_between('lag(occurred_at) over (partition by app_id, user_id order by occurred_at, event_id)', 'occurred_at') }}
            > {{ silence_micros }},
            true
        ) as is_first
    from counted_events
),

numbered as (
    select
        *,
        sum(case when is_first then 1 else 0 end) over (
            partition by app_id, user_id
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as session_number
    from active_events
),

sessions as (
    select
        app_id,
        user_id,
        session_number,
        max(case when is_first then event_id end) as first_event_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        min(event_date) as session_date,
        max(event_date) as ended_date,
        max(duration_seconds) as longest_event_seconds,
        cast(count(*) as bigint) as events,
        cast(count(*) filter (where measure = 'content_view') as bigint) as content_views,
        max(case when is_first then channel end) as channel,
        max(case when is_first then campaign end) as campaign,
        max(case when is_first then platform end) as platform,
        max(case when is_first then page end) as entry_page
    from numbered
    group by app_id, user_id, session_number
)

select
    app_id,
    {{ hash_key(['app_id', 'first_event_id']) }} as session_id,
    user_id,
    started_at,
    ended_at,
    session_date,
    ended_date,
    case
        when events = 1 then longest_event_seconds
        else {{ seconds_between('started_at', 'ended_at') }}
    end as duration_seconds,
    events,
    content_views,
    events = 1 as is_bounce,
    channel,
    campaign,
    platform,
    entry_page,
    run.run_id
from sessions
cross join {{ ref('int_run') }} as run
