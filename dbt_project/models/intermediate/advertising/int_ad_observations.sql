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

-- A campaign's row replaces its account's row as a whole.
booked as (
    select
        observations.*,
        case
            when campaign.app_id is not null then campaign.app_id
            else coalesce(account.app_id, 'default')
        end as app_id,
        case
            when campaign.app_id is not null then coalesce(campaign.channel, campaign.platform)
            when account.app_id is not null then coalesce(account.channel, account.platform)
            else 'unmapped'
        end as channel,
        case
            when campaign.app_id is not null then campaign.activity_id
            else account.activity_id
        end as activity_id,
        coalesce(campaign.app_id, account.app_id) is not null as is_mapped
    from observations
    left join {{ ref('stg_ops_workbook__ad_accounts') }} as campaign
        on
            observations.platform = campaign.platform
            and observations.account_id = campaign.account_id
            and observations.campaign_id = campaign.campaign_id
    left join {{ ref('stg_ops_workbook__ad_accounts') }} as account
        on
            observations.platform = account.platform
            and observations.account_id = account.account_id
            and account.campaign_id is null
),

rated as (
    select
        booked.*,
        case
            when booked.currency_code = run.reporting_currency then cast(1 as decimal(20, 10))
            else rates.rate_to_reporting
        end as fx_rate,
        coalesce(booked.time_zone = apps.timezone, false) as tz_exact,
        coalesce(
            {{ days_between('booked.report_date', local_date('booked.observed_at', 'booked.time_zone')) }}
            > platforms.restatement_days,
            false
        ) as is_mature
    from booked
    cross join {{ ref('int_run') }} as run
    left join {{ ref('int_fx_rates') }} as rates
        on booked.currency_code = rates.currency_code and booked.report_date = rates.rate_date
    left join {{ ref('int_apps') }} as apps
        on booked.app_id = apps.app_id
    left join {{ ref('ad_platforms') }} as platforms
        on booked.platform = platforms.platform
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
    tz_exact,
    is_mature,
    is_mapped,
    is_newest
from rated
