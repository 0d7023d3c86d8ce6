{% set key = [
    'platform', 'account_id', 'campaign_id', 'ad_group_id', 'ad_id', 'report_date', 'counts_as', 'attribution_window',
    'touch_type', 'time_basis'
] %}
with counted as (
    select
        {{ key | join(', ') }},
        currency_code,
        time_zone,
        observed_at,
        bool_and(is_canonical) as is_canonical,
        cast(sum(conversions) as decimal(38, 6)) as conversions,
        cast(sum(conversion_value) as decimal(38, 6)) as conversion_value
    from {{ ref('stg_ad_platforms__conversions') }}
    where is_newest and is_counted
    group by {{ key | join(', ') }}, currency_code, time_zone, observed_at
),

booked as (
    {{ ad_booking('counted') }}
),

rated as (
    {{ ad_rating('booked') }}
)

select
    app_id,
    channel,
    platform,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    report_date,
    counts_as as action,
    attribution_window,
    touch_type,
    time_basis,
    is_canonical,
    currency_code,
    conversions,
    conversion_value,
    cast({{ converted('conversion_value', 'fx_rate') }} as decimal(38, 6)) as conversion_value_reporting,
    observed_at,
    is_mature
from rated
