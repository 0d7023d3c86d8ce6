{# What the account's total holds beyond its ads, at every moment at which either was asked. #}
with ad_sums as (
    select
        platform,
        account_id,
        report_date,
        observed_at,
        cast(sum(spend) as decimal(38, 6)) as spend,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(conversions) as decimal(38, 6)) as conversions,
        cast(sum(conversion_value) as decimal(38, 6)) as conversion_value,
        cast(sum(video_views) as bigint) as video_views
    from {{ ref('stg_ad_platforms__ad_performance') }}
    group by platform, account_id, report_date, observed_at
),

-- The newest whole answers known at each moment: the two entities need not arrive together.
known as (
    select
        platform,
        account_id,
        report_date,
        observed_at,
        max(case when entity = 'ad_performance' then observed_at end) over (
            partition by platform, account_id, report_date order by observed_at
            range between unbounded preceding and current row
        ) as ads_observed_at,
        max(case when entity = 'account_performance' then observed_at end) over (
            partition by platform, account_id, report_date order by observed_at
            range between unbounded preceding and current row
        ) as total_observed_at,
        observed_at = max(observed_at) over (partition by platform, account_id, report_date) as is_newest
    from {{ ref('stg_ad_platforms__pulls') }}
    where is_whole and report_date is not null and entity in ('ad_performance', 'account_performance')
),

moments as (
    select distinct *
    from known
    where total_observed_at is not null
),

differences as (
    select
        moments.platform,
        moments.account_id,
        totals.account_name,
        totals.currency_code,
        totals.time_zone,
        moments.report_date,
        cast(totals.spend - coalesce(ad_sums.spend, 0) as decimal(20, 6)) as spend,
        cast(totals.impressions - coalesce(ad_sums.impressions, 0) as bigint) as impressions,
        cast(totals.clicks - coalesce(ad_sums.clicks, 0) as bigint) as clicks,
        cast(totals.conversions - coalesce(ad_sums.conversions, 0) as decimal(20, 6)) as conversions,
        cast(totals.conversion_value - coalesce(ad_sums.conversion_value, 0) as decimal(20, 6)) as conversion_value,
        cast(totals.video_views - coalesce(ad_sums.video_views, 0) as bigint) as video_views,
        moments.observed_at,
        moments.is_newest
    from moments
    inner join {{ ref('stg_ad_platforms__account_performance') }} as totals
        on
            moments.platform = totals.platform
            and moments.account_id = totals.account_id
            and moments.report_date = totals.report_date
            and moments.total_observed_at = totals.observed_at
    left join ad_sums
        on
            moments.platform = ad_sums.platform
            and moments.account_id = ad_sums.account_id
            and moments.report_date = ad_sums.report_date
            and moments.ads_observed_at = ad_sums.observed_at
)

select *
from differences
where
    spend <> 0
    or impressions <> 0
    or clicks <> 0
    or coalesce(conversions, 0) <> 0
    or coalesce(conversion_value, 0) <> 0
    or coalesce(video_views, 0) <> 0
