{{ config(severity="warn", meta={"dagster": {"ref": {"name": "stg_ops_workbook__funnel_steps"}}}) }}

-- Funnels that say less than was meant: their steps do not count 1, 2, 3, ..., are fewer than two, or belong to no funnel.
with counted as (
    select
        funnel_code,
        count(*) as steps,
        min(step_number) as first_step,
        max(step_number) as last_step
    from {{ ref("stg_ops_workbook__funnel_steps") }}
    group by funnel_code
),

judged as (
    select
        coalesce(funnels.funnel_code, counted.funnel_code) as funnel_code,
        coalesce(counted.steps, 0) as steps,
        counted.first_step,
        counted.last_step,
        case
            when funnels.funnel_code is null then 'the table funnels does not have it'
            when coalesce(counted.steps, 0) < 2 then 'it has fewer than two steps'
            when counted.first_step <> 1 or counted.last_step <> counted.steps then 'its steps have a gap'
        end as problem
    from {{ ref("stg_ops_workbook__funnels") }} as funnels
    full outer join counted on funnels.funnel_code = counted.funnel_code
)

select * from judged
where problem is not null
