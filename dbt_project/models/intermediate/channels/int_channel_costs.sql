-- A cost dated after the app's running day is a plan, not yet a cost.
with entries as (
    select
        cost_id,
        'workbook' as origin,
        app_id,
        channel,
        cost_date,
        activity_id,
        note,
        amount,
        currency,
        cast(null as {{ dbt.type_string() }}) as site,
        cast(null as bigint) as claimed_sign_ups
    from {{ ref('stg_ops_workbook__channel_costs') }}
    union all
    select
        promotion_id as cost_id,
        platform as origin,
        app_id,
        channel,
        cost_date,
        activity_id,
        note,
        amount,
        currency,
        site,
        sign_ups as claimed_sign_ups
    from {{ ref('stg_platform_exports__promotion_costs') }}
    where amount is not null
),

costs as (
    select
        costs.cost_id,
        costs.origin,
        costs.site,
        costs.claimed_sign_ups,
        costs.app_id,
        costs.channel,
        costs.cost_date,
        costs.activity_id,
        costs.note,
        costs.amount,
        coalesce(costs.currency, apps.currency_code, run.reporting_currency) as currency_code
    from entries as costs
    cross join {{ ref('int_run') }} as run
    left join {{ ref('int_apps') }} as apps on costs.app_id = apps.app_id
    where
        costs.cost_date
        <= coalesce(apps.current_date_local, {{ local_date('run.as_of', 'run.reporting_timezone') }})
),

rated as (
    select
        costs.*,
        case
            when costs.currency_code = run.reporting_currency then cast(1 as decimal(20, 10))
            else rates.rate_to_reporting
        end as fx_rate
    from costs
    cross join {{ ref('int_run') }} as run
    left join {{ ref('int_fx_rates') }} as rates
        on costs.currency_code = rates.currency_code and costs.cost_date = rates.rate_date
)

select
    cost_id,
    origin,
    app_id,
    channel,
    cost_date,
    activity_id,
    site,
    claimed_sign_ups,
    note,
    currency_code,
    fx_rate,
    cast(amount as decimal(20, 6)) as amount,
    cast({{ converted('amount', 'fx_rate') }} as decimal(38, 6)) as amount_reporting
from rated
