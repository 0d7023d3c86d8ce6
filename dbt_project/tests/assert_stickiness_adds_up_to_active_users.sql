{{ config(meta={"dagster": {"ref": {"name": "fct_user_stickiness"}}}) }}

with sums as (
    select
        app_id,
        grain,
        period_start,
        sum(users) as users
    from {{ ref("fct_user_stickiness") }}
    group by app_id, grain, period_start
)

select
    lifecycle.app_id,
    lifecycle.grain,
    lifecycle.period_start
from {{ ref("fct_user_lifecycle") }} as lifecycle
left join sums
    on
        lifecycle.app_id = sums.app_id
        and lifecycle.grain = sums.grain
        and lifecycle.period_start = sums.period_start
where lifecycle.grain <> 'day' and lifecycle.active_users <> coalesce(sums.users, 0)
