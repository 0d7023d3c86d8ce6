{# The newest figures of ads by the app's own days. Where the account's day is another one and the platform told its hours,
   each hour counts on the app's date that it falls on, and what the hours do not tell of the day (conversions of some
   platforms, cents of rounding) at noon: the parts of an account's day always are that day, to the last decimal. #}
{% set ad = ['platform', 'account_id', 'campaign_id', 'ad_group_id', 'ad_id'] %}
{% set counts = ['impressions', 'clicks', 'video_views'] %}
{% set amounts = ['spend', 'conversions', 'conversion_value'] %}
with newest as (
    select
        observations.*,
        pulls.observed_at as hours_observed_at,
        -- Half an hour cannot be taken from an hour.
        pulls.observed_at is not null and not observations.tz_exact and {{ micros_between(
            utc_from_local('cast(observations.report_date as timestamp)', 'observations.time_zone'),
            utc_from_local('cast(observations.report_date as timestamp)', 'observations.app_time_zone')
        ) }} % 3600000000 = 0 as is_split
    from (
        select
            *,
            min_by(spend, observed_at) over (
                partition by {{ ad | join(', ') }}, report_date
            ) as first_reported_spend
        from {{ ref('int_ad_observations') }}
    ) as observations
    left join {{ ref('stg_ad_platforms__pulls') }} as pulls
        on
            observations.platform = pulls.platform
            and observations.account_id = pulls.account_id
            and observations.report_date = pulls.report_date
            and pulls.entity = 'hourly_performance'
            and pulls.is_newest
    where observations.is_newest
),

told as (
    select
        *,
        observed_at = min(observed_at) over (partition by platform, account_id, report_date) as is_first
    from {{ ref('stg_ad_platforms__hourly_performance') }}
),

-- What the account spent beyond its ads, by the hour: its own total less every ad.
hours as (
    select
        platform,
        account_id,
        report_date,
        hour,
        is_newest,
        is_first,
        {% for name in ('campaign_id', 'ad_group_id', 'ad_id') -%}
        case when ad_id = '(account)' then '(unallocated)' else {{ name }} end as {{ name }},
        {% endfor -%}
        {{ (amounts + counts) | join(', ') }}
    from told
    where is_newest or is_first
    union all
    select
        platform,
        account_id,
        report_date,
        hour,
        is_newest,
        is_first,
        '(unallocated)' as campaign_id,
        '(unallocated)' as ad_group_id,
        '(unallocated)' as ad_id,
        {% for name in amounts + counts -%}
        -{{ name }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor -%}
    from told
    where ad_id <> '(account)' and (is_newest or is_first)
),

hours_of_ads as (
    select
        {{ ad | join(', ') }},
        report_date,
        hour,
        {% for name in amounts + counts -%}
        sum({{ name }}) filter (where is_newest) as {{ name }},
        {% endfor -%}
        sum(spend) filter (where is_first) as first_reported_spend
    from hours
    group by {{ ad | join(', ') }}, report_date, hour
),

{% set figures = amounts + counts + ['first_reported_spend'] %}
split_hours as (
    select
        {% for name in ad + ['report_date'] -%}
        hours_of_ads.{{ name }},
        {% endfor -%}
        {% for name in figures -%}
        coalesce(hours_of_ads.{{ name }}, case when newest.{{ name }} is not null then 0 end) as {{ name }},
        {% endfor -%}
        {{ date_of_hour('newest.report_date', 'hours_of_ads.hour', 'newest.time_zone', 'newest.app_time_zone') }} as business_date,
        {{ date_of_hour('newest.report_date', 12, 'newest.time_zone', 'newest.app_time_zone') }} as noon_date
    from hours_of_ads
    inner join newest
        on
            newest.is_split
            {% for name in ad + ['report_date'] -%}
            and hours_of_ads.{{ name }} = newest.{{ name }}
            {% endfor %}
),

parts as (
    select
        {{ ad | join(', ') }},
        report_date as account_date,
        case
            when is_split then {{ date_of_hour('report_date', 12, 'time_zone', 'app_time_zone') }}
            else report_date
        end as business_date,
        {{ figures | join(', ') }}
    from newest
    union all
    select {{ ad | join(', ') }}, report_date, business_date, {{ figures | join(', ') }} from split_hours
    union all
    select {{ ad | join(', ') }}, report_date, noon_date, -{{ figures | join(', -') }} from split_hours
),

days as (
    select
        {{ ad | join(', ') }},
        account_date,
        business_date,
        {% for name in amounts + ['first_reported_spend'] -%}
        cast(sum({{ name }}) as decimal(20, 6)) as {{ name }},
        {% endfor -%}
        {% for name in counts -%}
        cast(sum({{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
        {% endfor -%}
    from parts
    group by {{ ad | join(', ') }}, account_date, business_date
),

dated as (
    select
        newest.app_id,
        newest.channel,
        newest.activity_id,
        newest.account_name,
        newest.campaign_name,
        newest.ad_group_name,
        newest.ad_name,
        newest.currency_code,
        newest.observed_at,
        newest.time_zone,
        newest.tz_exact or (newest.is_split and newest.hours_observed_at >= newest.observed_at) as tz_exact,
        newest.is_mature,
        newest.is_mapped,
        days.*,
        case when newest.currency_code = run.reporting_currency then cast(1 as decimal(20, 10)) else rates.rate_to_reporting end as fx_rate
    from days
    inner join newest
        on
            days.account_date = newest.report_date
            {% for name in ad -%}
            and days.{{ name }} = newest.{{ name }}
            {% endfor %}
    cross join {{ ref('int_run') }} as run
    left join {{ ref('int_fx_rates') }} as rates
        on newest.currency_code = rates.currency_code and days.business_date = rates.rate_date
    -- A part of a split day on which the ad had nothing at all is no row.
    where not newest.is_split {% for name in figures %} or coalesce(days.{{ name }}, 0) <> 0 {% endfor %}
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
    business_date as report_date,
    account_date,
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
    first_reported_spend,
    observed_at,
    time_zone,
    tz_exact,
    is_mature,
    is_mapped
from dated
