with tries as (
    select * from {{ ref("int_funnel_ordered_tries") }}
    union all
    select * from {{ ref("int_funnel_strict_tries") }}
    union all
    select * from {{ ref("int_funnel_any_tries") }}
),

summaries as (
    select
        user_number,
        funnel_number,
        cohort_date,
        started_at,
        try_number,
        count(*) as steps,
        max(reached_at) as last_reached_at
    from tries
    group by user_number, funnel_number, cohort_date, started_at, try_number
),

best as (
    select
        user_number,
        funnel_number,
        started_at,
        try_number
    from summaries
    qualify row_number() over (
        partition by user_number, funnel_number, cohort_date
        order by steps desc, {{ micros_between("started_at", "last_reached_at") }}, started_at, try_number
    ) = 1
)

-- The steps of an ordered try are reached in their order; those of one in any order are counted as they were done.
select
    tries.user_number,
    tries.funnel_number,
    tries.cohort_date,
    tries.step_number as funnel_step,
    cast(row_number() over try as bigint) as step_number,
    tries.platform,
    tries.reached_at,
    cast({{ micros_between("lag(tries.reached_at) over try", "tries.reached_at") }} as bigint) as micros_from_previous
from tries
inner join best
    on
        tries.user_number = best.user_number
        and tries.funnel_number = best.funnel_number
        and tries.started_at = best.started_at
        and tries.try_number = best.try_number
window try as (
    partition by tries.user_number, tries.funnel_number, tries.cohort_date
    order by tries.reached_at, tries.step_number
)
