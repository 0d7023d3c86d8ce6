-- A rate serves its own day and the 7 days after it, unless a newer one comes before.
with given as (
    select
        upper(fx_rates.currency) as currency_code,
        fx_rates.rate_date,
        fx_rates.rate_to_reporting,
        lead(fx_rates.rate_date) over (
            partition by upper(fx_rates.currency)
            order by fx_rates.rate_date
        ) as next_rate_date
    from {{ ref('stg_ops_workbook__fx_rates') }} as fx_rates
    cross join {{ ref('int_run') }} as run
    where fx_rates.currency <> run.reporting_currency
),

bounded as (
    select
        currency_code,
        rate_to_reporting,
        rate_date as first_date,
        least(
            {{ add_days('rate_date', 7) }},
            coalesce({{ add_days('next_rate_date', -1) }}, {{ add_days('rate_date', 7) }})
        ) as last_date
    from given
    union all
    -- Wide enough for old orders and for planned costs.
    select
        reporting_currency as currency_code,
        cast(1 as decimal(20, 10)) as rate_to_reporting,
        cast('1970-01-01' as date) as first_date,
        {{ add_days('cast(as_of as date)', 400) }} as last_date
    from {{ ref('int_run') }}
)

select
    currency_code,
    {{ each_day('first_date', 'last_date') }} as rate_date,
    rate_to_reporting
from bounded
