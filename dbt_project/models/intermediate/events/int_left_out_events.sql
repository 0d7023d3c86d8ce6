with judged as (
    select
        events.app_id,
        events.event_id,
        events.event_date,
        events.occurred_at,
        case
            when events.left_out_reason is not null then events.left_out_reason
            when excluded.user_id is not null then 'excluded_user'
        end as reason
    from {{ ref('int_resolved_events') }} as events
    left join {{ ref('int_excluded_users') }} as excluded
        on
            events.app_id = excluded.app_id
            and events.resolved_user_id = excluded.user_id
            and events.event_date >= excluded.from_date
)

select
    app_id,
    reason,
    event_date,
    cast(count(*) as bigint) as events,
    min(event_id) as example_event_id
from judged
where reason is not null
group by app_id, reason, event_date
