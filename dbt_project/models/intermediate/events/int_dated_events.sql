{{ config(materialized='view') }}

with events as (
    select
        events.*,
        {{ lookup_key(['events.app_id', 'events.event_id']) }} as event_key,
        run.as_of,
        apps.launch_date,
        apps.timezone,
        {{ local_date('events.occurred_at', 'apps.timezone') }} as event_date
    from {{ ref('stg_app_events__events') }} as events
    inner join {{ ref('int_apps') }} as apps
        on events.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
    anti join {{ ref('int_event_conflicts') }} as conflicts
        on
            events.app_id = conflicts.app_id
            and events.event_id = conflicts.event_id
            and events.content_key = conflicts.content_key
            and events.batch_id = conflicts.batch_id
)

select
    *,
    user_id is not null as is_identified,
    {{ left_out_reason(
        'occurred_at', 'received_at', local_date('occurred_at', 'timezone'), 'as_of', 'launch_date'
    ) }} as left_out_reason
from events
