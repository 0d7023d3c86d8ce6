{{ config(meta={'dagster': {'ref': {'name': 'fct_sessions'}}}) }}

-- Every active event is in exactly one session.
with active_events as (
    select
        app_id,
        cast(count(*) as bigint) as events
    from {{ ref('int_events') }}
    where is_active_event
    group by app_id
),

session_events as (
    select
        app_id,
        cast(sum(events) as bigint) as events
    from {{ ref('fct_sessions') }}
    group by app_id
)

select
    coalesce(active_events.app_id, session_events.app_id) as app_id,
    active_events.events as active_events,
    session_events.events as session_events
from active_events
full outer join session_events
    on active_events.app_id = session_events.app_id
where coalesce(active_events.events, 0) <> coalesce(session_events.events, 0)
