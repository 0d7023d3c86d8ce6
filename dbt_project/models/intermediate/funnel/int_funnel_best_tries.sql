with tries as (
    select * from {{ ref("int_funnel_ordered_tries") }}
    union all
    select * from {{ ref("int_funnel_strict_tries") }}
    union all
    select * from {{ ref("int_funnel_any_tries") }}
),

summaries as (
    select
        app_id,
        user_id,
        funnel_code,
        cohort_date,
        started_at,
        try_number,
        max(step_number) as steps,
        max(reached_at) as last_reached_at
    from tries
    group by app_id, user_id, funnel_code, cohort_date, started_at, try_number
),

best as (
    select
        app_id,
        user_id,
        funnel_code,
        cohort_date,
        started_at,
        try_number
    from summaries
    qualify row_number() over (
        partition by app_id, user_id, funnel_code, cohort_date
        order by steps desc, {{ micros_between("started_at", "last_reached_at") }}, started_at, try_number
    ) = 1
)

select
    tries.app_id,
    tries.user_id,
    tries.funnel_code,
    tries.cohort_date,
    tries.step_number,
    tries.platform,
    tries.reached_at,
    cast({{ micros_between(
        "lag(tries.reached_at) over (partition by tries.app_id, tries.user_id, tries.funnel_code, tries.cohort_date order by tries.step_number)",
        "tries.reached_at"
    ) }} as bigint) as micros_from_previous
from tries
inner join best
    on
        tries.app_id = best.app_id
        and tries.user_id = best.user_id
        and tries.funnel_code = best.funnel_code
        and tries.started_at = best.started_at
        and tries.try_number = best.try_number
