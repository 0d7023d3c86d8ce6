{# Every pull of every platform as one shape, booked on app, channel and activity, in both currencies. #}
{% set columns = [
    'account_id', 'account_name', 'currency_code', 'time_zone', 'campaign_id', 'campaign_name', 'ad_group_id',
    'ad_group_name', 'ad_id', 'ad_name', 'report_date', 'spend', 'impressions', 'clicks', 'conversions',
    'conversion_value', 'video_views', 'observed_at', 'is_newest'
] %}
with observations as (
    select platform, {{ columns | join(', ') }}
    from {{ ref('stg_ad_platforms__ad_performance') }}
    union all
    select
        platform,
        account_id,
        account_name,
        currency_code,
        time_zone,
        '(unallocated)' as campaign_id,
        '(unallocated)' as campaign_name,
        '(unallocated)' as ad_group_id,
        '(unallocated)' as ad_group_name,
        '(unallocated)' as ad_id,
        '(unallocated)' as ad_name,
        report_date,
        spend,
        impressions,
        clicks,
        conversions,
        conversion_value,
        video_views,
        observed_at,
        is_newest
    from {{ ref('int_ad_unallocated') }}
),

booked as (
    {{ ad_booking('observations') }}
),

rated as (
    {{ ad_rating('booked') }}
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
    cast({{ converted('spend', 'fx_rate') }} as decimal(38, 6)) as spend_reporting,
    impressions,
    clicks,
    conversions,
    conversion_value,
    cast({{ converted('conversion_value', 'fx_rate') }} as decimal(38, 6)) as conversion_value_reporting,
    video_views,
    observed_at,
    time_zone,
    app_time_zone,
    tz_exact,
    is_mature,
    is_mapped,
    is_newest
from rated
