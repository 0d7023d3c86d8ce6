{{ config(materialized='view') }}

with events as (
    select
        events.*,
        run.as_of,
        apps.launch_date,
        {{ local_date('events.occurred_at', 'apps.timezone') }} as event_date
    from {{ ref('stg_app_events__events') }} as events
    inner join {{ ref('int_apps') }} as apps
        on events.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
    anti join {{ ref('int_event_conflicts') }} as conflicts
        on
            events.app_id = conflicts.app_id
            and events.event_id = conflicts.event_id
            and events.content_hash = conflicts.content_hash
            and events.batch_id = conflicts.batch_id
)

select
    *,
    case
        when occurred_at > as_of then 'after_as_of'
        -- More than 400 days late, or more than one day before it happened: a broken clock.
        when {{ micros_between('occurred_at', 'received_at') }} > 34560000000000 then 'received_400_days_late'
        when {{ micros_between('occurred_at', 'received_at') }} < -86400000000 then 'received_before_it_happened'
        when event_date < launch_date then 'before_launch_date'
    end as left_out_reason
from events
