-- Two ways to count the same people.
{{ config(meta={"dagster": {"ref": {"name": "fct_user_lifecycle"}}}) }}

with lifecycle as (
    select
        app_id,
        period_start as activity_date,
        active_users,
        new_users
    from {{ ref("fct_user_lifecycle") }}
    where grain = 'day'
),

active as (
    select
        app_id,
        activity_date,
        dau as active_users,
        new_users
    from {{ ref("fct_active_users") }}
    where dimension = 'all'
)

select
    coalesce(lifecycle.app_id, active.app_id) as app_id,
    coalesce(lifecycle.activity_date, active.activity_date) as activity_date
from lifecycle
full outer join active
    on lifecycle.app_id = active.app_id and lifecycle.activity_date = active.activity_date
where
    lifecycle.app_id is null
    or active.app_id is null
    or lifecycle.active_users <> active.active_users
    or lifecycle.new_users <> active.new_users
