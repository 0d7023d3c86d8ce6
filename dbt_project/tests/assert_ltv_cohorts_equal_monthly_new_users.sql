{{ config(meta={"dagster": {"ref": {"name": "fct_user_ltv"}}}) }}

select
    ltv.app_id,
    ltv.cohort_start
from {{ ref("fct_user_ltv") }} as ltv
left join {{ ref("fct_user_lifecycle") }} as lifecycle
    on
        ltv.app_id = lifecycle.app_id
        and ltv.cohort_start = lifecycle.period_start
        and lifecycle.grain = 'month'
where ltv.dimension = 'all' and ltv.cohort_users <> coalesce(lifecycle.new_users, 0)
