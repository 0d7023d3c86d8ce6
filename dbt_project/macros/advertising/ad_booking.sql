{# Rows of ad platforms with the app, channel and activity that the workbook's ad_accounts books them on. A campaign's row
   replaces its account's row as a whole; `relation` has platform, account_id and campaign_id. #}
{% macro ad_booking(relation) -%}
    select
        {{ relation }}.*,
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
    from {{ relation }}
    left join {{ ref('stg_ops_workbook__ad_accounts') }} as campaign
        on
            {{ relation }}.platform = campaign.platform
            and {{ relation }}.account_id = campaign.account_id
            and {{ relation }}.campaign_id = campaign.campaign_id
    left join {{ ref('stg_ops_workbook__ad_accounts') }} as account
        on
            {{ relation }}.platform = account.platform
            and {{ relation }}.account_id = account.account_id
            and account.campaign_id is null
{%- endmacro %}

{# Whether a date begins and ends at the same moments in two zones. #}
{% macro same_day(day, zone, other) -%}
    (
        {%- for days in (0, 1) %}
        {{ utc_from_local('cast(' ~ add_days(day, days) ~ ' as timestamp)', zone) }}
        = {{ utc_from_local('cast(' ~ add_days(day, days) ~ ' as timestamp)', other) }}
        {%- if not loop.last %} and {% endif -%}
        {%- endfor %}
    )
{%- endmacro %}

{# The date in `other` of an hour of a day in `zone`. #}
{% macro date_of_hour(day, hour, zone, other) -%}
    {{ local_date(utc_from_local(add_seconds('cast(' ~ day ~ ' as timestamp)', '(' ~ hour ~ ') * 3600'), zone), other) }}
{%- endmacro %}

{# Booked rows with the exchange rate of their report date, whether their day is the app's, and whether they were observed
   after the platform's restatement window. #}
{% macro ad_rating(relation) -%}
    select
        {{ relation }}.*,
        case
            when {{ relation }}.currency_code = run.reporting_currency then cast(1 as decimal(20, 10))
            else rates.rate_to_reporting
        end as fx_rate,
        apps.timezone as app_time_zone,
        coalesce({{ same_day(relation ~ '.report_date', relation ~ '.time_zone', 'apps.timezone') }}, false) as tz_exact,
        coalesce(
            {{ days_between(relation ~ '.report_date', local_date(relation ~ '.observed_at', relation ~ '.time_zone')) }}
            > platforms.restatement_days,
            false
        ) as is_mature
    from {{ relation }}
    cross join {{ ref('int_run') }} as run
    left join {{ ref('int_fx_rates') }} as rates
        on {{ relation }}.currency_code = rates.currency_code and {{ relation }}.report_date = rates.rate_date
    left join {{ ref('int_apps') }} as apps
        on {{ relation }}.app_id = apps.app_id
    left join {{ ref('ad_platforms') }} as platforms
        on {{ relation }}.platform = platforms.platform
{%- endmacro %}
