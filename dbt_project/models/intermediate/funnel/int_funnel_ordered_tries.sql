-- A try is a chain of moments. Which event of a moment is taken does not matter, only how many of a name there are:
-- one that the try has used already, at this same moment, is not there for a later step.
with recursive moments as (
    select
        app_id,
        user_id,
        event_name,
        occurred_at,
        event_date,
        count(*) as events,
        min_by(platform, event_number) as platform
    from {{ ref("int_funnel_events") }}
    group by app_id, user_id, event_name, occurred_at, event_date
),

steps as (
    select * from {{ ref("int_funnel_steps") }}
    where order_mode = 'ordered'
),

-- Earlier steps from `run_start` on that ask for the event of the step.
uses as (
    select
        steps.funnel_code,
        starts.step_number as run_start,
        steps.step_number,
        count(earlier.step_number) as used_events
    from steps
    inner join steps as starts
        on steps.funnel_code = starts.funnel_code and steps.step_number > starts.step_number
    left join steps as earlier
        on
            steps.funnel_code = earlier.funnel_code
            and steps.event_name = earlier.event_name
            and steps.step_number > earlier.step_number
            and starts.step_number <= earlier.step_number
    group by steps.funnel_code, starts.step_number, steps.step_number
),

transitions as (
    select distinct
        event_name as from_event,
        next_event_name as to_event
    from steps
    where next_event_name is not null
),

marks as (
    select
        moments.app_id,
        moments.user_id,
        transitions.from_event,
        transitions.to_event,
        moments.occurred_at,
        1 as is_from,
        0 as to_events
    from moments
    inner join transitions on moments.event_name = transitions.from_event
    union all
    select
        moments.app_id,
        moments.user_id,
        transitions.from_event,
        transitions.to_event,
        moments.occurred_at,
        0 as is_from,
        moments.events as to_events
    from moments
    inner join transitions on moments.event_name = transitions.to_event
),

marked_moments as (
    select
        app_id,
        user_id,
        from_event,
        to_event,
        occurred_at,
        max(is_from) as is_from,
        sum(to_events) as to_events
    from marks
    group by app_id, user_id, from_event, to_event, occurred_at
),

-- Where each moment of a step leads: how many events of the next one it holds itself, and the next moment with some.
pointers as (
    select
        app_id,
        user_id,
        from_event,
        to_event,
        occurred_at,
        is_from,
        to_events as events_at_once,
        min(case when to_events > 0 then occurred_at end) over (
            partition by app_id, user_id, from_event, to_event order by occurred_at
            rows between 1 following and unbounded following
        ) as later_at
    from marked_moments
),

tries as (
    select
        moments.app_id,
        moments.user_id,
        steps.funnel_code,
        moments.occurred_at as started_at,
        moments.event_date as cohort_date,
        moments.platform,
        {{ add_seconds("moments.occurred_at", "steps.window_seconds") }} as ends_at,
        steps.step_number,
        moments.occurred_at as reached_at,
        steps.step_number as run_start,
        steps.event_name,
        steps.next_event_name
    from moments
    inner join steps on moments.event_name = steps.event_name
    where steps.step_number = 1
    union all
    select
        tries.app_id,
        tries.user_id,
        tries.funnel_code,
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
        steps.event_name,
        steps.next_event_name
    from tries
    inner join steps on tries.funnel_code = steps.funnel_code and tries.step_number + 1 = steps.step_number
    inner join uses
        on
            tries.funnel_code = uses.funnel_code
            and steps.step_number = uses.step_number
            and tries.run_start = uses.run_start
    inner join pointers
        on
            tries.app_id = pointers.app_id
            and tries.user_id = pointers.user_id
            and tries.event_name = pointers.from_event
            and steps.event_name = pointers.to_event
            and tries.reached_at = pointers.occurred_at
    where
        pointers.is_from = 1
        and (pointers.events_at_once > uses.used_events or pointers.later_at <= tries.ends_at)
)

select
    app_id,
    user_id,
    funnel_code,
    started_at,
    cast(1 as bigint) as try_number,
    cohort_date,
    platform,
    step_number,
    reached_at
from tries
