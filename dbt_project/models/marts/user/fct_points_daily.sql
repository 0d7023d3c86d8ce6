with entries as (
    select
        ledger.app_id,
        ledger.user_id,
        {{ local_date("ledger.occurred_at", "apps.timezone") }} as ledger_date,
        ledger.entry_type,
        ledger.points
    from {{ ref("stg_app_database__points_ledger") }} as ledger
    inner join {{ ref("int_apps") }} as apps on ledger.app_id = apps.app_id
    cross join {{ ref("int_run") }} as run
    where ledger.occurred_at <= run.as_of
),

days as (
    select
        entries.app_id,
        entries.user_id,
        entries.ledger_date,
        cast(sum(case when entries.entry_type = 'earned' then entries.points else 0 end) as bigint) as earned,
        cast(sum(case when entries.entry_type = 'used' then entries.points else 0 end) as bigint) as used,
        cast(sum(case when entries.entry_type = 'expired' then entries.points else 0 end) as bigint) as expired
    from entries
    anti join {{ ref("int_excluded_users") }} as excluded
        on
            entries.app_id = excluded.app_id
            and entries.user_id = excluded.user_id
            and entries.ledger_date >= excluded.from_date
    group by entries.app_id, entries.user_id, entries.ledger_date
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
