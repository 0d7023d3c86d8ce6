with observations as (
    select
        *,
        min_by(spend, observed_at) over (
            partition by platform, account_id, campaign_id, ad_group_id, ad_id, report_date
        ) as first_reported_spend
    from {{ ref('int_ad_observations') }}
)

select
    app_id,
    channel,
    activity_id,
    platform,
    account_id,
    account_name,
    campaign_id,
    campaign_name,
    ad_group_id,
    ad_group_name,
    ad_id,
    ad_name,
    report_date,
    currency_code,
    fx_rate,
    spend,
    spend_reporting,
    impressions,
    clicks,
    conversions,
    conversion_value,
    conversion_value_reporting,
    video_views,
    first_reported_spend,
    observed_at,
    time_zone,
    tz_exact,
    is_mature,
    is_mapped
from observations
where is_newest
