-- The size of a new cohort is the number of new users of its period, also by channel and platform for days.
{{ config(meta={"dagster": {"ref": {"name": "fct_user_retention"}}}) }}

with cohorts as (
    select
        app_id,
        grain,
        cohort_start,
        sum(cohort_users) as cohort_users,
        dimension
    from {{ ref("fct_user_retention") }}
    where cohort_type = 'new' and retention_type = 'on' and period_number = 0
    group by app_id, grain, cohort_start, dimension
)

select
    lifecycle.app_id,
    lifecycle.grain,
    lifecycle.period_start,
    cohorts.dimension
from {{ ref("fct_user_lifecycle") }} as lifecycle
left join cohorts
    on
        lifecycle.app_id = cohorts.app_id
        and lifecycle.grain = cohorts.grain
        and lifecycle.period_start = cohorts.cohort_start
where lifecycle.new_users <> coalesce(cohorts.cohort_users, 0)
