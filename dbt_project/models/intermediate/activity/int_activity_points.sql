{# Points spent lower an order's price and are in its discount already: only points granted cost anything here. #}
with grants as (
    select
        entries.app_id,
        entries.activity_id,
        entries.entry_id,
        entries.ledger_date,
        entries.points,
        coalesce(entries.cost_amount, 0) as cost_amount,
        apps.currency_code
    from {{ ref('int_points_entries') }} as entries
    inner join {{ ref('int_apps') }} as apps on entries.app_id = apps.app_id
    where entries.activity_id is not null and entries.entry_type = 'earned'
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
