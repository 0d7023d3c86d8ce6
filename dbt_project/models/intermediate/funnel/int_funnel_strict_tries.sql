-- The user's active events and the funnel's own steps in one line; at equal times steps come first, in their order.
with steps as (
    select * from {{ ref("int_funnel_steps") }}
    where order_mode = 'strict'
),

first_uses as (
    select
        funnel_code,
        event_name,
        step_number
    from steps
    where event_use = 1
),

beginners as (
    select distinct
        events.app_id,
        events.user_id,
        steps.funnel_code
    from {{ ref("int_funnel_events") }} as events
    inner join steps on events.event_name = steps.event_name
    where steps.step_number = 1
),

lines as (
    select
        beginners.app_id,
        beginners.user_id,
        beginners.funnel_code,
        events.event_name,
        events.occurred_at,
        events.event_date,
        coalesce(events.platform, '(unknown)') as platform,
        cast(row_number() over (
            partition by beginners.app_id, beginners.user_id, beginners.funnel_code
            order by events.occurred_at, coalesce(first_uses.step_number, 1000000), events.event_id
        ) as bigint) as line_number
    from beginners
    inner join {{ ref("int_events") }} as events
        on beginners.app_id = events.app_id and beginners.user_id = events.user_id
    left join first_uses
        on beginners.funnel_code = first_uses.funnel_code and events.event_name = first_uses.event_name
    where events.is_active_event or first_uses.step_number is not null
),

starts as (
    select
        lines.*,
        {{ add_seconds("lines.occurred_at", "steps.window_seconds") }} as ends_at
    from lines
    inner join steps on lines.funnel_code = steps.funnel_code and lines.event_name = steps.event_name
    where steps.step_number = 1
)

select
    starts.app_id,
    starts.user_id,
    starts.funnel_code,
    starts.occurred_at as started_at,
    starts.line_number as try_number,
    starts.event_date as cohort_date,
    starts.platform,
    steps.step_number,
    lines.occurred_at as reached_at
from starts
inner join steps on starts.funnel_code = steps.funnel_code
inner join lines
    on
        starts.app_id = lines.app_id
        and starts.user_id = lines.user_id
        and starts.funnel_code = lines.funnel_code
        and starts.line_number + steps.step_number - 1 = lines.line_number
        and steps.event_name = lines.event_name
        and starts.ends_at >= lines.occurred_at
-- The first step that is missing ends the try.
qualify steps.step_number = row_number() over (
    partition by starts.app_id, starts.user_id, starts.funnel_code, starts.line_number order by steps.step_number
)
