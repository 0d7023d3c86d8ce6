select
    events.app_id,
    events.user_id,
    events.event_name,
    cast(row_number() over (
        partition by events.app_id, events.user_id, events.event_name
        order by events.occurred_at, events.event_id
    ) as bigint) as event_number,
    events.event_id,
    events.occurred_at,
    events.event_date,
    coalesce(events.platform, '(unknown)') as platform
from {{ ref("int_events") }} as events
where events.event_name in (select event_name from {{ ref("int_funnel_steps") }})
