-- Small numbers: what tries are sorted by fits the 32 bytes up to which the engine sorts by one number.
select
    steps.funnel_code,
    cast(dense_rank() over (order by steps.funnel_code) as smallint) as funnel_number,
    cast(steps.step_number as smallint) as step_number,
    steps.step_name,
    steps.event_name,
    cast(dense_rank() over (order by steps.event_name) as smallint) as event_index,
    lead(steps.event_name) over (
        partition by steps.funnel_code order by steps.step_number
    ) as next_event_name,
    cast(row_number() over (
        partition by steps.funnel_code, steps.event_name order by steps.step_number
    ) as smallint) as event_use,
    funnels.order_mode,
    cast(funnels.window_minutes * 60 as bigint) as window_seconds
from {{ ref("stg_ops_workbook__funnel_steps") }} as steps
inner join {{ ref("stg_ops_workbook__funnels") }} as funnels on steps.funnel_code = funnels.funnel_code
