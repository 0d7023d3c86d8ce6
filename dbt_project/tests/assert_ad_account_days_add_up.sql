{{ config(meta={"dagster": {"ref": {"name": "fct_ad_account_daily"}}}) }}

-- An account's own day is the platform's own total and the sum of its ads and what belongs to none, to the last decimal.
with sums as (
    select
        platform,
        account_id,
        account_date as report_date,
        sum(spend) as spend,
        sum(spend_reporting) as spend_reporting,
        coalesce(sum(spend) filter (where ad_id = '(unallocated)'), 0) as spend_unallocated
    from {{ ref("int_ad_performance") }}
    group by platform, account_id, account_date
),

totals as (
    select platform, account_id, report_date, spend
    from {{ ref("stg_ad_platforms__account_performance") }}
    where is_newest
),

joined as (
    select
        coalesce(days.platform, sums.platform, totals.platform) as platform,
        coalesce(days.account_id, sums.account_id, totals.account_id) as account_id,
        coalesce(days.report_date, sums.report_date, totals.report_date) as report_date,
        coalesce(days.spend, 0) as spend,
        coalesce(sums.spend, 0) as ads_spend,
        coalesce(totals.spend, 0) as account_spend,
        coalesce(days.spend_reporting, 0) as spend_reporting,
        coalesce(sums.spend_reporting, 0) as ads_spend_reporting,
        coalesce(days.spend_unallocated, 0) as spend_unallocated,
        coalesce(sums.spend_unallocated, 0) as ads_spend_unallocated
    from {{ ref("fct_ad_account_daily") }} as days
    full outer join sums
        on
            days.platform = sums.platform
            and days.account_id = sums.account_id
            and days.report_date = sums.report_date
    full outer join totals
        on
            coalesce(days.platform, sums.platform) = totals.platform
            and coalesce(days.account_id, sums.account_id) = totals.account_id
            and coalesce(days.report_date, sums.report_date) = totals.report_date
)

select *
from joined
where
    spend <> ads_spend
    or spend <> account_spend
    or spend_reporting <> ads_spend_reporting
    or spend_unallocated <> ads_spend_unallocated
