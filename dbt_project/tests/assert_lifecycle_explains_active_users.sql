-- active(t) = active(t-1) - dormant(t) + new(t) + resurrected(t); days have the DAU and new users of fct_active_users.
{{ config(meta={"dagster": {"ref": {"name": "fct_user_lifecycle"}}}) }}

with flows as (
    select
        app_id,
        grain,
        period_start,
        active_users,
        new_users,
        coalesce(lag(active_users) over (partition by app_id, grain order by period_start), 0)
        - dormant_users + new_users + resurrected_users as explained_users
    from {{ ref("fct_user_lifecycle") }}
),

active as (
    select
        app_id,
        activity_date,
        dau,
        new_users
    from {{ ref("fct_active_users") }}
    where dimension = 'all'
)

select
    coalesce(flows.app_id, active.app_id) as app_id,
    coalesce(flows.grain, 'day') as grain,
    coalesce(flows.period_start, active.activity_date) as period_start
from flows
full outer join active
    on flows.app_id = active.app_id and flows.grain = 'day' and flows.period_start = active.activity_date
where
    flows.app_id is null
    or flows.active_users <> flows.explained_users
    or (
        flows.grain = 'day'
        and (
            flows.active_users is distinct from active.dau
            or flows.new_users is distinct from active.new_users
        )
    )
