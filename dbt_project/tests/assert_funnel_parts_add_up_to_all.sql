{{ config(meta={"dagster": {"ref": {"name": "fct_funnel_conversions"}}}) }}

select
    app_id,
    funnel_code,
    cohort_date,
    step_number
from {{ ref("fct_funnel_conversions") }}
group by app_id, funnel_code, cohort_date, step_number
having
    sum(case when dimension = 'all' then users end) is distinct from sum(case when dimension = 'channel' then users end)
    or sum(case when dimension = 'all' then users end) is distinct from sum(case when dimension = 'platform' then users end)
