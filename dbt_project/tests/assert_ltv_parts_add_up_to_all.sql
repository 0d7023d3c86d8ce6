{{ config(meta={"dagster": {"ref": {"name": "fct_user_ltv"}}}) }}

select
    app_id,
    cohort_start,
    day_number
from {{ ref("fct_user_ltv") }}
group by app_id, cohort_start, day_number
having
    sum(case when dimension = 'all' then cohort_users end)
    is distinct from sum(case when dimension = 'channel' then cohort_users end)
    or sum(case when dimension = 'all' then cumulative_revenue end)
    is distinct from sum(case when dimension = 'channel' then cumulative_revenue end)
    or sum(case when dimension = 'all' then cohort_users end)
    is distinct from sum(case when dimension = 'platform' then cohort_users end)
    or sum(case when dimension = 'all' then cumulative_revenue end)
    is distinct from sum(case when dimension = 'platform' then cumulative_revenue end)
