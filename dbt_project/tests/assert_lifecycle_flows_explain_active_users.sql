-- active(t) = active(t-1) - dormant(t) + new(t) + resurrected(t)
{{ config(meta={"dagster": {"ref": {"name": "fct_user_lifecycle"}}}) }}

with flows as (
    select
        *,
        coalesce(
            lag(active_users) over (partition by app_id, grain order by period_start), 0
        ) as active_users_before
    from {{ ref("fct_user_lifecycle") }}
)

select *
from flows
where active_users <> active_users_before - dormant_users + new_users + resurrected_users
