-- depends_on: {{ source('ops_workbook', 'fx_rates') }}
with snapshot as (
    {{ newest_snapshot('fx_rates', ['rate_date', 'upper(currency)']) }}
)

select
    rate_date,
    upper(currency) as currency,
    rate_to_reporting,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
