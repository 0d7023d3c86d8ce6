{{ config(meta={"dagster": {"ref": {"name": "fct_ad_performance"}}}) }}

-- Ads and (unallocated) together are the account's own total, to the last decimal: per day of the account before its hours
-- are put on the app's dates, and over all days after it. Each part of a day has a rate; conversions by action, where the
-- account states them, add up likewise.
{% set figures = ['spend', 'impressions', 'clicks', 'conversions', 'conversion_value', 'video_views'] %}
{% set sums -%}
    {% for name in figures %}sum({{ name }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
{%- endset %}
with totals as (
    select *
    from {{ ref("stg_ad_platforms__account_performance") }}
    where is_newest
),

parts as (
    select
        platform,
        account_id,
        account_date,
        count(*) - count(spend_reporting) as parts_without_rate,
        {{ sums }}
    from {{ ref("int_ad_performance") }}
    group by platform, account_id, account_date
),

accounts as (
    select
        platform,
        account_id,
        {{ sums }}
    from parts
    group by platform, account_id
),

published as (
    select
        platform,
        account_id,
        {{ sums }}
    from {{ ref("fct_ad_performance") }}
    group by platform, account_id
),

stated_conversions as (
    select
        platform,
        account_id,
        report_date,
        counts_as as action,
        attribution_window,
        touch_type,
        time_basis,
        sum(conversions) as conversions
    from {{ ref("stg_ad_platforms__conversions") }}
    where is_newest and is_counted and ad_id = '(account)'
    group by platform, account_id, report_date, counts_as, attribution_window, touch_type, time_basis
),

summed_conversions as (
    select
        platform,
        account_id,
        report_date,
        action,
        attribution_window,
        touch_type,
        time_basis,
        sum(conversions) as conversions
    from {{ ref("fct_ad_conversions") }}
    group by platform, account_id, report_date, action, attribution_window, touch_type, time_basis
)

select
    totals.platform,
    totals.account_id,
    totals.report_date,
    'parts of a day' as what,
    totals.spend as stated,
    parts.spend as summed
from totals
left join parts
    on
        totals.platform = parts.platform
        and totals.account_id = parts.account_id
        and totals.report_date = parts.account_date
where
    parts.parts_without_rate > 0
    {% for name in figures -%}
    or totals.{{ name }} <> coalesce(parts.{{ name }}, 0)
    {% endfor %}
union all
select
    accounts.platform,
    accounts.account_id,
    null as report_date,
    'days of an account' as what,
    accounts.spend as stated,
    published.spend as summed
from accounts
left join published
    on accounts.platform = published.platform and accounts.account_id = published.account_id
where
    published.account_id is null
    {% for name in figures -%}
    or coalesce(accounts.{{ name }}, 0) <> coalesce(published.{{ name }}, 0)
    {% endfor %}
union all
select
    stated.platform,
    stated.account_id,
    stated.report_date,
    concat('conversions: ', stated.action) as what,
    stated.conversions as stated,
    summed.conversions as summed
from stated_conversions as stated
left join summed_conversions as summed
    on
        stated.platform = summed.platform
        and stated.account_id = summed.account_id
        and stated.report_date = summed.report_date
        and stated.action = summed.action
        and stated.attribution_window = summed.attribution_window
        and stated.touch_type = summed.touch_type
        and stated.time_basis = summed.time_basis
where stated.conversions <> coalesce(summed.conversions, 0)
