{% set attribution = ['counts_as', 'attribution_window', 'touch_type', 'time_basis'] %}
{% set ad = ['campaign_id', 'ad_group_id', 'ad_id'] %}
{% set day = ['platform', 'account_id', 'report_date', 'currency_code', 'time_zone', 'observed_at'] %}
with counted as (
    select
        {{ (day + ad + attribution) | join(', ') }},
        bool_and(is_canonical) as is_canonical,
        cast(sum(conversions) as decimal(38, 6)) as conversions,
        cast(sum(conversion_value) as decimal(38, 6)) as conversion_value
    from {{ ref('stg_ad_platforms__conversions') }}
    where is_newest and is_counted
    group by {{ (day + ad + attribution) | join(', ') }}
),

-- What the account states of itself, and less every ad: what is left belongs to no ad.
signed as (
    select {{ (day + attribution) | join(', ') }}, is_canonical, conversions, conversion_value
    from counted
    where ad_id = '(account)'
    union all
    select
        {{ (day + attribution) | join(', ') }},
        is_canonical,
        -conversions as conversions,
        -conversion_value as conversion_value
    from counted
    where
        ad_id <> '(account)'
        -- Answers of earlier versions did not ask for the account as a whole.
        and exists (
            select 1
            from counted as stated
            where
                stated.ad_id = '(account)'
                and stated.platform = counted.platform
                and stated.account_id = counted.account_id
                and stated.report_date = counted.report_date
        )
),

by_ad as (
    select *
    from counted
    where ad_id <> '(account)'
    union all
    select
        {{ day | join(', ') }},
        {% for name in ad -%}
        '(unallocated)' as {{ name }},
        {% endfor -%}
        {{ attribution | join(', ') }},
        bool_and(is_canonical) as is_canonical,
        cast(sum(conversions) as decimal(38, 6)) as conversions,
        cast(sum(conversion_value) as decimal(38, 6)) as conversion_value
    from signed
    group by {{ (day + attribution) | join(', ') }}
    having sum(conversions) <> 0 or coalesce(sum(conversion_value), 0) <> 0
),

booked as (
    {{ ad_booking('by_ad') }}
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
    tz_exact,
    is_mature
from rated
