-- depends_on: {{ ref('int_kept_events') }}
-- depends_on: {{ ref('int_run') }}
{%- set sessions = stored('int_sessions') %}
{%- set silence_seconds = 30 * 60 %}
{% if not sessions %}
-- A first load builds every session and replaces none.
select
    app_id,
    user_id,
    cast(null as {{ dbt.type_string() }}) as session_id,
    occurred_at as started_at,
    occurred_at as ended_at,
    event_date as session_date,
    event_date as ended_date
from {{ ref('int_events') }}
where false
{% else %}
{%- set changed_dates = 'select distinct activity_date from (' ~ changed_user_days() ~ ') as changed' %}
with changed as (
    {{ changed_user_days() }}
),

-- A session reaches into another date by starting just before or just after it, or by lasting for days.
candidates as (
    select sessions.*
    from {{ sessions }} as sessions
    semi join changed on sessions.app_id = changed.app_id and sessions.user_id = changed.user_id
    where {{ on_dates('sessions.session_date', changed_dates, reach=2) }} or sessions.duration_seconds > 86400
),

active_events as (
    select
        events.app_id,
        events.user_id,
        events.occurred_at
    from {{ ref('int_events') }} as events
    semi join changed
        on
            events.app_id = changed.app_id
            and events.user_id = changed.user_id
            and events.event_date = changed.activity_date
    where events.is_active_event and {{ on_dates('events.event_date', changed_dates) }}
),

touched as (
    select sessions.session_id
    from candidates as sessions
    inner join changed
        on
            sessions.app_id = changed.app_id
            and sessions.user_id = changed.user_id
            and sessions.session_date <= changed.activity_date
            and sessions.ended_date >= changed.activity_date
    union distinct
    select sessions.session_id
    from candidates as sessions
    inner join active_events as events
        on
            sessions.app_id = events.app_id
            and sessions.user_id = events.user_id
            and events.occurred_at >= {{ add_seconds('sessions.started_at', -silence_seconds) }}
            and events.occurred_at <= {{ add_seconds('sessions.ended_at', silence_seconds) }}
)

select
    candidates.app_id,
    candidates.user_id,
    candidates.session_id,
    candidates.started_at,
    candidates.ended_at,
    candidates.session_date,
    candidates.ended_date
from candidates
semi join touched on candidates.session_id = touched.session_id
{% endif %}
