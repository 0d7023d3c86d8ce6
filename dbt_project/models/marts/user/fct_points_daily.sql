with days as (
    select
        app_id,
        user_id,
        ledger_date,
        cast(sum(case when entry_type = 'earned' then points else 0 end) as bigint) as earned,
        cast(sum(case when entry_type = 'used' then points else 0 end) as bigint) as used,
        cast(sum(case when entry_type = 'expired' then points else 0 end) as bigint) as expired
    from {{ ref("int_points_entries") }}
    group by app_id, user_id, ledger_date
)

select
    app_id,
    user_id,
    ledger_date,
    earned,
    used,
    expired,
    cast(
        sum(earned - used - expired) over (
            partition by app_id, user_id order by ledger_date
            rows between unbounded preceding and current row
        ) as bigint
    ) as balance
from days
