{{ config(materialized='ephemeral') }}
-- The user's active events and the funnel's own steps in one line; at equal times steps come first, in their order.
with steps as (
    select * from {{ ref("int_funnel_steps") }}
    where order_mode = 'strict'
),

first_uses as (
    select
        funnel_number,
        event_name,
        step_number
    from steps
    where event_use = 1
),

beginners as (
    select distinct
        moments.user_number,
        steps.funnel_number,
        users.app_id,
        users.user_id
    from {{ ref("int_funnel_moments") }} as moments
    inner join steps on moments.event_index = steps.event_index
    inner join {{ ref("int_users") }} as users on moments.user_number = users.user_number
    where steps.step_number = 1
),

lines as (
    select
        beginners.user_number,
        beginners.funnel_number,
        events.event_name,
        events.occurred_at,
        events.event_date,
        coalesce(events.platform, '(unknown)') as platform,
        cast(row_number() over (
            partition by beginners.user_number, beginners.funnel_number
            order by events.occurred_at, coalesce(first_uses.step_number, 32767), events.event_id
        ) as integer) as line_number
    from beginners
    inner join {{ ref("int_events") }} as events
        on beginners.app_id = events.app_id and beginners.user_id = events.user_id
    left join first_uses
        on beginners.funnel_number = first_uses.funnel_number and events.event_name = first_uses.event_name
    where events.is_active_event or first_uses.step_number is not null
),

starts as (
    select
        lines.*,
        {{ add_seconds("lines.occurred_at", "steps.window_seconds") }} as ends_at
    from lines
    inner join steps on lines.funnel_number = steps.funnel_number and lines.event_name = steps.event_name
    where steps.step_number = 1
)

select
    starts.user_number,
    starts.funnel_number,
    starts.occurred_at as started_at,
    starts.line_number as try_number,
    starts.event_date as cohort_date,
    starts.platform,
    steps.step_number,
    lines.occurred_at as reached_at
from starts
inner join steps on starts.funnel_number = steps.funnel_number
inner join lines
    on
        starts.user_number = lines.user_number
        and starts.funnel_number = lines.funnel_number
        and starts.line_number + steps.step_number - 1 = lines.line_number
        and steps.event_name = lines.event_name
        and starts.ends_at >= lines.occurred_at
-- The first step that is missing ends the try.
qualify steps.step_number = row_number() over (
    partition by starts.user_number, starts.funnel_number, starts.line_number order by steps.step_number
)
