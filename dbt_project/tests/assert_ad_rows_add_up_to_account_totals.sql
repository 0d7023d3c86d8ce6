{{ config(meta={"dagster": {"ref": {"name": "fct_ad_performance"}}}) }}

-- Ads and (unallocated) together are the account's own total, per day and metric, to the last decimal.
with totals as (
    select *
    from {{ ref("stg_ad_platforms__account_performance") }}
    where is_newest
),

sums as (
    select
        platform,
        account_id,
        report_date,
        sum(spend) as spend,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value,
        sum(video_views) as video_views
    from {{ ref("fct_ad_performance") }}
    group by platform, account_id, report_date
)

select
    totals.platform,
    totals.account_id,
    totals.report_date,
    totals.spend as account_spend,
    sums.spend as summed_spend
from totals
left join sums
    on
        totals.platform = sums.platform
        and totals.account_id = sums.account_id
        and totals.report_date = sums.report_date
where
    totals.spend <> coalesce(sums.spend, 0)
    or totals.impressions <> coalesce(sums.impressions, 0)
    or totals.clicks <> coalesce(sums.clicks, 0)
    or totals.conversions <> coalesce(sums.conversions, 0)
    or totals.conversion_value <> coalesce(sums.conversion_value, 0)
    or totals.video_views <> coalesce(sums.video_views, 0)
