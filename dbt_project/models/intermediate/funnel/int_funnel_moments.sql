with moments as (
    select
        users.user_number,
        steps.event_index,
        events.occurred_at,
        events.event_date,
        cast(count(*) as integer) as events,
        min(events.event_id) as event_id,
        min_by(coalesce(events.platform, '(unknown)'), events.event_id) as platform
    from {{ ref("int_events") }} as events
    inner join {{ ref("int_users") }} as users on events.app_id = users.app_id and events.user_id = users.user_id
    inner join (
        select distinct event_name, event_index from {{ ref("int_funnel_steps") }}
    ) as steps on events.event_name = steps.event_name
    group by users.user_number, steps.event_index, events.occurred_at, events.event_date
)

select
    *,
    cast(
        sum(events) over (
            partition by user_number, event_index order by occurred_at
            rows between unbounded preceding and current row
        ) - events as bigint
    ) as events_before
from moments
