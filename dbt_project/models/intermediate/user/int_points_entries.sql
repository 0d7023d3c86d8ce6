{{ config(materialized='view') }}

with dated as (
    select
        ledger.app_id,
        ledger.entry_id,
        ledger.user_id,
        {{ local_date("ledger.occurred_at", "apps.timezone") }} as ledger_date,
        ledger.entry_type,
        ledger.points,
        ledger.activity_id,
        ledger.cost_amount
    from {{ ref("stg_app_database__points_ledger") }} as ledger
    inner join {{ ref("int_apps") }} as apps on ledger.app_id = apps.app_id
    cross join {{ ref("int_run") }} as run
    where ledger.occurred_at <= run.as_of
)

select dated.*
from dated
anti join {{ ref("int_excluded_users") }} as excluded
    on
        dated.app_id = excluded.app_id
        and dated.user_id = excluded.user_id
        and dated.ledger_date >= excluded.from_date
