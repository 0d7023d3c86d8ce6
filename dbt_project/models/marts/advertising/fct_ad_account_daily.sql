{# What an account spent, by its own day, beside what was in it and what it may spend. #}
with spend as (
    select
        platform,
        account_id,
        account_date as report_date,
        cast(sum(spend) as decimal(20, 6)) as spend,
        cast(sum(spend_reporting) as decimal(38, 6)) as spend_reporting,
        cast(coalesce(sum(spend) filter (where campaign_id = '(unallocated)'), 0) as decimal(20, 6)) as spend_unallocated
    from {{ ref('int_ad_performance') }}
    group by platform, account_id, account_date
),

-- The last look at the account on each of its days, and until when it was the newest one.
looks as (
    select
        *,
        {{ local_date('observed_at', 'time_zone') }} as observed_date
    from {{ ref('stg_ad_platforms__accounts') }}
    qualify row_number() over (
        partition by platform, account_id, {{ local_date('observed_at', 'time_zone') }}
        order by observed_at desc
    ) = 1
),

states as (
    select
        *,
        lead(observed_date) over (partition by platform, account_id order by observed_date) as next_date
    from looks
),

pulled as (
    select
        platform,
        account_id,
        report_date,
        max(observed_at) as observed_at
    from {{ ref('stg_ad_platforms__pulls') }}
    where entity = 'account_performance' and is_newest and report_date is not null
    group by platform, account_id, report_date
),

-- What an account is called and whose days it has, as it was last seen.
seen as (
    select platform, account_id, account_name, currency_code, time_zone, observed_at from {{ ref('int_ad_performance') }}
    union all
    select platform, account_id, account_name, currency_code, time_zone, observed_at from looks
),

accounts as (
    select
        platform,
        account_id,
        max_by(account_name, observed_at) as account_name,
        max_by(currency_code, observed_at) as currency_code,
        max_by(time_zone, observed_at) as time_zone
    from seen
    group by platform, account_id
),

days as (
    select
        platform,
        account_id,
        report_date
    from spend
    union
    select
        platform,
        account_id,
        observed_date
    from states
    union
    select
        platform,
        account_id,
        report_date
    from pulled
),

-- An account that serves several apps belongs to none of them alone.
mapped as (
    select
        platform,
        account_id,
        case when count(distinct app_id) > 1 then '*' else max(app_id) end as app_id
    from {{ ref('stg_ops_workbook__ad_accounts') }}
    group by platform, account_id
),

known as (
    select
        days.platform,
        days.account_id,
        days.report_date,
        coalesce(mapped.app_id, 'default') as app_id,
        accounts.account_name,
        accounts.currency_code,
        accounts.time_zone,
        -- A day that was pulled whole without any row had no spend.
        case when pulled.observed_at is not null then coalesce(spend.spend, 0) end as spend,
        case when pulled.observed_at is not null then coalesce(spend.spend_reporting, 0) end as spend_reporting,
        case when pulled.observed_at is not null then coalesce(spend.spend_unallocated, 0) end as spend_unallocated,
        case when days.report_date = states.observed_date then states.balance end as balance,
        case when days.report_date = states.observed_date then states.observed_at end as balance_observed_at,
        states.daily_budget as budget,
        pulled.observed_at
    from days
    inner join accounts
        on
            days.platform = accounts.platform
            and days.account_id = accounts.account_id
    left join spend
        on
            days.platform = spend.platform
            and days.account_id = spend.account_id
            and days.report_date = spend.report_date
    left join pulled
        on
            days.platform = pulled.platform
            and days.account_id = pulled.account_id
            and days.report_date = pulled.report_date
    -- A budget holds until another one is seen; a balance only when it is seen.
    left join states
        on
            days.platform = states.platform
            and days.account_id = states.account_id
            and days.report_date >= states.observed_date
            and (days.report_date < states.next_date or states.next_date is null)
    left join mapped
        on
            days.platform = mapped.platform
            and days.account_id = mapped.account_id
)

select
    app_id,
    platform,
    account_id,
    account_name,
    report_date,
    currency_code,
    cast(spend as decimal(20, 6)) as spend,
    cast(spend_reporting as decimal(38, 6)) as spend_reporting,
    cast(spend_unallocated as decimal(20, 6)) as spend_unallocated,
    cast(balance as decimal(20, 6)) as balance,
    cast(balance_observed_at as timestamp) as balance_observed_at,
    cast(budget as decimal(20, 6)) as budget,
    {{ ratio('spend', 'budget') }} as pacing,
    cast(observed_at as timestamp) as observed_at,
    coalesce({{ local_date('observed_at', 'time_zone') }} > report_date, false) as is_complete
from known
