{{ config(materialized='ephemeral') }}
with steps as (
    select * from {{ ref("int_funnel_steps") }}
    where order_mode = 'any'
),

starts as (
    select
        moments.user_number,
        steps.funnel_number,
        moments.occurred_at as started_at,
        moments.event_date as cohort_date,
        min_by(moments.platform, moments.event_id) as platform
    from {{ ref("int_funnel_moments") }} as moments
    inner join steps on moments.event_index = steps.event_index
    where steps.event_use = 1
    group by moments.user_number, steps.funnel_number, moments.occurred_at, moments.event_date
),

-- Starts and events of each name in one line: the events before a start say which ones its steps may use.
marks as (
    select
        starts.user_number,
        starts.funnel_number,
        steps.event_index,
        starts.started_at as occurred_at,
        cast(0 as integer) as events
    from starts
    inner join steps on starts.funnel_number = steps.funnel_number
    where steps.event_use = 1
    union all
    select
        moments.user_number,
        steps.funnel_number,
        steps.event_index,
        moments.occurred_at,
        moments.events
    from {{ ref("int_funnel_moments") }} as moments
    inner join steps on moments.event_index = steps.event_index
    where steps.event_use = 1
),

-- A start comes before the events of its own moment.
counted as (
    select
        *,
        cast(sum(events) over (
            partition by user_number, funnel_number, event_index order by occurred_at, events
            rows between unbounded preceding and current row
        ) as bigint) as events_before
    from marks
),

numbered_events as (
    select
        user_number,
        event_index,
        occurred_at,
        events_before,
        {{ each_number("1", "events") }} as event_of_moment
    from {{ ref("int_funnel_moments") }}
)

select
    starts.user_number,
    starts.funnel_number,
    starts.started_at,
    cast(1 as integer) as try_number,
    starts.cohort_date,
    starts.platform,
    steps.step_number,
    events.occurred_at as reached_at
from counted
inner join steps on counted.funnel_number = steps.funnel_number and counted.event_index = steps.event_index
inner join numbered_events as events
    on
        counted.user_number = events.user_number
        and counted.event_index = events.event_index
        and counted.events_before + steps.event_use = events.events_before + events.event_of_moment
inner join starts
    on
        counted.user_number = starts.user_number
        and counted.funnel_number = starts.funnel_number
        and counted.occurred_at = starts.started_at
where
    counted.events = 0
    and events.occurred_at <= {{ add_seconds("counted.occurred_at", "steps.window_seconds") }}
