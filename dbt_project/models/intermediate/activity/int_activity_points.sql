{# Points spent lower an order's price and are in its discount already: only points granted cost anything here. #}
with grants as (
    select
        ledger.app_id,
        ledger.activity_id,
        ledger.entry_id,
        {{ local_date('ledger.occurred_at', 'apps.timezone') }} as ledger_date,
        ledger.user_id,
        ledger.points,
        coalesce(ledger.cost_amount, 0) as cost_amount,
        apps.currency_code
    from {{ ref('stg_app_database__points_ledger') }} as ledger
    inner join {{ ref('int_apps') }} as apps on ledger.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
    where
        ledger.activity_id is not null
        and ledger.entry_type = 'earned'
        and ledger.occurred_at <= run.as_of
)

select
    grants.app_id,
    grants.activity_id,
    grants.entry_id,
    grants.ledger_date,
    cast(grants.points as bigint) as points,
    cast(grants.cost_amount as decimal(20, 6)) as cost_amount,
    grants.currency_code,
    rates.rate_to_reporting as fx_rate,
    cast({{ converted('grants.cost_amount', 'rates.rate_to_reporting') }} as decimal(38, 6)) as cost_amount_reporting
from grants
left join {{ ref('int_fx_rates') }} as rates
    on grants.currency_code = rates.currency_code and grants.ledger_date = rates.rate_date
left join {{ ref('int_excluded_users') }} as excluded
    on
        grants.app_id = excluded.app_id
        and grants.user_id = excluded.user_id
        and grants.ledger_date >= excluded.from_date
where excluded.user_id is null
