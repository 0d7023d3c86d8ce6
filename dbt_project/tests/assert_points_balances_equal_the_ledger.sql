{{ config(meta={"dagster": {"ref": {"name": "fct_points_daily"}}}) }}

-- The last balance of a user is all that was earned, less what was used and expired; dim_users knows the same, of
-- everybody who has one.
with balances as (
    select
        app_id,
        user_id,
        sum(earned) - sum(used) - sum(expired) as expected_balance,
        max_by(balance, ledger_date) as balance
    from {{ ref("fct_points_daily") }}
    group by app_id, user_id
)

select
    app_id,
    user_id
from {{ ref("dim_users") }} as users
full outer join balances using (app_id, user_id)
where coalesce(users.points_balance, 0) <> coalesce(balances.expected_balance, 0)
union all
select
    app_id,
    user_id
from balances
where balance <> expected_balance
