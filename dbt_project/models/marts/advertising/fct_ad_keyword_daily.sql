with keywords as (
    select *
    from {{ ref('stg_ad_platforms__keyword_performance') }}
    where is_newest
),

booked as (
    {{ ad_booking('keywords') }}
),

rated as (
    {{ ad_rating('booked') }}
)

select
    app_id,
    channel,
    platform,
    account_id,
    account_name,
    campaign_id,
    campaign_name,
    ad_group_id,
    ad_group_name,
    -- No platform reports keywords by ad.
    '(all)' as ad_id,
    keyword_id,
    keyword_text,
    match_type,
    report_date,
    activity_id,
    currency_code,
    cast(fx_rate as decimal(20, 10)) as fx_rate,
    spend,
    cast({{ converted('spend', 'fx_rate') }} as decimal(38, 6)) as spend_reporting,
    impressions,
    clicks,
    conversions,
    observed_at,
    tz_exact,
    is_mature
from rated
