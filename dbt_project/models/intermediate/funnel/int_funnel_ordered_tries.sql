{{ config(materialized='ephemeral') }}
-- A try is a chain of moments. Which event of a moment is taken does not matter, only how many of a name there are:
-- one that the try has used already, at this same moment, is not there for a later step.
with recursive steps as (
    select
        *,
        lead(event_index) over (partition by funnel_number order by step_number) as next_event_index
    from {{ ref("int_funnel_steps") }}
    where order_mode = 'ordered'
),

-- Earlier steps from `run_start` on that ask for the event of the step.
uses as (
    select
        steps.funnel_number,
        starts.step_number as run_start,
        steps.step_number,
        count(earlier.step_number) as used_events
    from steps
    inner join steps as starts
        on steps.funnel_number = starts.funnel_number and steps.step_number > starts.step_number
    left join steps as earlier
        on
            steps.funnel_number = earlier.funnel_number
            and steps.event_index = earlier.event_index
            and steps.step_number > earlier.step_number
            and starts.step_number <= earlier.step_number
    group by steps.funnel_number, starts.step_number, steps.step_number
),

transitions as (
    select
        event_index as from_event,
        next_event_index as to_event,
        max(window_seconds) as longest_seconds
    from steps
    where next_event_index is not null
    group by event_index, next_event_index
),

marks as (
    select
        moments.user_number,
        transitions.from_event,
        transitions.to_event,
        moments.occurred_at,
        1 as is_from,
        0 as to_events
    from {{ ref("int_funnel_moments") }} as moments
    inner join transitions on moments.event_index = transitions.from_event
    union all
    select
        moments.user_number,
        transitions.from_event,
        transitions.to_event,
        moments.occurred_at,
        0 as is_from,
        moments.events as to_events
    from {{ ref("int_funnel_moments") }} as moments
    inner join transitions on moments.event_index = transitions.to_event
),

marked_moments as (
    select
        user_number,
        from_event,
        to_event,
        occurred_at,
        max(is_from) as is_from,
        sum(to_events) as to_events
    from marks
    group by user_number, from_event, to_event, occurred_at
),

-- Where each moment of a step leads: how many events of the next one it holds itself, and the next moment with some.
pointers as (
    select
        user_number,
        from_event,
        to_event,
        occurred_at,
        is_from,
        to_events as events_at_once,
        min(case when to_events > 0 then occurred_at end) over (
            partition by user_number, from_event, to_event order by occurred_at
            rows between 1 following and unbounded following
        ) as later_at
    from marked_moments
),

-- A moment from which no window reaches the next one leads nowhere: most of them, where people seldom buy. The recursion
-- below would work them out anew for each step: a quarter of the model's time.
leading_pointers as {{ computed_once() }} (
    select pointers.*
    from pointers
    inner join transitions
        on pointers.from_event = transitions.from_event and pointers.to_event = transitions.to_event
    where
        pointers.is_from = 1
        and (
            pointers.events_at_once > 0
            or pointers.later_at <= {{ add_seconds("pointers.occurred_at", "transitions.longest_seconds") }}
        )
),

tries as (
    select
        moments.user_number,
        steps.funnel_number,
        moments.occurred_at as started_at,
        moments.event_date as cohort_date,
        moments.platform,
        {{ add_seconds("moments.occurred_at", "steps.window_seconds") }} as ends_at,
        steps.step_number,
        moments.occurred_at as reached_at,
        steps.step_number as run_start,
        steps.event_index,
        steps.next_event_index
    from {{ ref("int_funnel_moments") }} as moments
    inner join steps on moments.event_index = steps.event_index
    where steps.step_number = 1
    union all
    select
        tries.user_number,
        tries.funnel_number,
        tries.started_at,
        tries.cohort_date,
        tries.platform,
        tries.ends_at,
        steps.step_number,
        case
            when pointers.events_at_once > uses.used_events then tries.reached_at else pointers.later_at
        end as reached_at,
        case
            when pointers.events_at_once > uses.used_events then tries.run_start else steps.step_number
        end as run_start,
        steps.event_index,
        steps.next_event_index
    from tries
    inner join steps on tries.funnel_number = steps.funnel_number and tries.step_number + 1 = steps.step_number
    inner join uses
        on
            tries.funnel_number = uses.funnel_number
            and steps.step_number = uses.step_number
            and tries.run_start = uses.run_start
    inner join leading_pointers as pointers
        on
            tries.user_number = pointers.user_number
            and tries.event_index = pointers.from_event
            and steps.event_index = pointers.to_event
            and tries.reached_at = pointers.occurred_at
    where pointers.events_at_once > uses.used_events or pointers.later_at <= tries.ends_at
)

select
    user_number,
    funnel_number,
    started_at,
    cast(1 as integer) as try_number,
    cohort_date,
    platform,
    step_number,
    reached_at
from tries
