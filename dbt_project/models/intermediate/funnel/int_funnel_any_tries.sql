with steps as (
    select * from {{ ref("int_funnel_steps") }}
    where order_mode = 'any'
),

starts as (
    select
        events.app_id,
        events.user_id,
        steps.funnel_code,
        events.occurred_at as started_at,
        events.event_date as cohort_date,
        min_by(events.platform, events.event_id) as platform
    from {{ ref("int_funnel_events") }} as events
    inner join steps on events.event_name = steps.event_name
    where steps.event_use = 1
    group by events.app_id, events.user_id, steps.funnel_code, events.occurred_at, events.event_date
),

-- How many events of each name lie before a start; the next ones are those that its steps may use.
marks as (
    select
        starts.app_id,
        starts.user_id,
        starts.funnel_code,
        steps.event_name,
        starts.started_at as occurred_at,
        1 as is_start,
        0 as events
    from starts
    inner join steps on starts.funnel_code = steps.funnel_code
    where steps.event_use = 1
    union all
    select
        events.app_id,
        events.user_id,
        steps.funnel_code,
        steps.event_name,
        events.occurred_at,
        0 as is_start,
        1 as events
    from {{ ref("int_funnel_events") }} as events
    inner join steps on events.event_name = steps.event_name
    where steps.event_use = 1
),

marked_moments as (
    select
        app_id,
        user_id,
        funnel_code,
        event_name,
        occurred_at,
        max(is_start) as is_start,
        sum(events) as events
    from marks
    group by app_id, user_id, funnel_code, event_name, occurred_at
),

pointers as (
    select
        app_id,
        user_id,
        funnel_code,
        event_name,
        occurred_at,
        is_start,
        cast(coalesce(sum(events) over (
            partition by app_id, user_id, funnel_code, event_name order by occurred_at
            rows between unbounded preceding and 1 preceding
        ), 0) as bigint) as events_before
    from marked_moments
),

reached as (
    select
        starts.app_id,
        starts.user_id,
        starts.funnel_code,
        starts.started_at,
        starts.cohort_date,
        starts.platform,
        steps.step_number,
        events.occurred_at as reached_at
    from starts
    inner join steps on starts.funnel_code = steps.funnel_code
    inner join pointers
        on
            starts.app_id = pointers.app_id
            and starts.user_id = pointers.user_id
            and starts.funnel_code = pointers.funnel_code
            and steps.event_name = pointers.event_name
            and starts.started_at = pointers.occurred_at
    inner join {{ ref("int_funnel_events") }} as events
        on
            starts.app_id = events.app_id
            and starts.user_id = events.user_id
            and steps.event_name = events.event_name
            and pointers.events_before + steps.event_use = events.event_number
    where
        pointers.is_start = 1
        and events.occurred_at <= {{ add_seconds("starts.started_at", "steps.window_seconds") }}
)

select
    app_id,
    user_id,
    funnel_code,
    started_at,
    cast(1 as bigint) as try_number,
    cohort_date,
    platform,
    cast(row_number() over (
        partition by app_id, user_id, funnel_code, started_at order by reached_at, step_number
    ) as bigint) as step_number,
    reached_at
from reached
