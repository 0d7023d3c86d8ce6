{%- set tables = {
    'wechat_official_account': ['user_summary', 'user_cumulate', 'article_total_detail'],
    'douyin': ['user_fans', 'item_base'],
} -%}
with accounts as (
    {% for platform, entities in tables.items() %}
    {% set is_last_platform = loop.last %}
    {% for entity in entities %}
    select '{{ platform }}' as platform, app_id, account_id
    from {{ ref('stg_' ~ platform ~ '__' ~ entity) }}
    {% if not (loop.last and is_last_platform) %}union{% endif %}
    {% endfor %}
    {% endfor %}
),

pulls as (
    {% for platform in tables %}
    select '{{ platform }}' as platform, account_id, entity, report_date, observed_at, is_newest
    from {{ ref('stg_' ~ platform ~ '__pulls') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A day's article counters come with the reports of all articles published in the 30 days up to it.
asked as (
    select
        platform,
        account_id,
        entity,
        case when entity = 'article_total_detail' then 30 else 1 end as report_dates,
        min(report_date) as first_date
    from pulls
    where report_date is not null
    group by platform, account_id, entity
),

asked_days as (
    select
        accounts.platform,
        accounts.app_id,
        accounts.account_id,
        asked.entity,
        asked.first_date,
        asked.report_dates,
        {{ each_day('asked.first_date', 'apps.current_date_local') }} as activity_date
    from accounts
    inner join asked on accounts.platform = asked.platform and accounts.account_id = asked.account_id
    inner join {{ ref('int_apps') }} as apps on accounts.app_id = apps.app_id
),

days as (
    select
        platform,
        app_id,
        account_id,
        entity,
        activity_date,
        greatest(first_date, {{ add_days('activity_date', '1 - report_dates') }}) as first_report_date,
        {{ utc_from_local('cast(' ~ add_days('activity_date', 1) ~ ' as timestamp)', "'Asia/Shanghai'") }} as ended_at
    from asked_days
),

-- An answer about a day that was not over when it was asked is not the whole day; both platforms' days are GMT+8.
entity_days as (
    select
        days.platform,
        days.app_id,
        days.account_id,
        days.entity,
        days.activity_date,
        count(pulls.report_date) = {{ days_between('days.first_report_date', 'days.activity_date') }} + 1 as is_complete
    from days
    left join pulls
        on
            days.platform = pulls.platform
            and days.account_id = pulls.account_id
            and days.entity = pulls.entity
            and pulls.report_date between days.first_report_date and days.activity_date
            and pulls.is_newest
            and pulls.observed_at >= days.ended_at
    group by days.platform, days.app_id, days.account_id, days.entity, days.activity_date, days.first_report_date
),

-- Downloads tell of every day up to their last statistics date that was over when they were made.
exports as (
    select
        counters.app_id,
        counters.platform,
        apps.current_date_local,
        apps.last_complete_date,
        min(counters.stat_date) as first_date,
        max(
            case
                when
                    counters.has_statistics_date
                    and counters.stat_date >= {{ local_date('counters.observed_at', 'apps.timezone') }}
                    then {{ add_days(local_date('counters.observed_at', 'apps.timezone'), -1) }}
                else counters.stat_date
            end
        ) as covered_date
    from {{ ref('int_content_counters') }} as counters
    inner join {{ ref('int_apps') }} as apps on counters.app_id = apps.app_id
    where counters.platform not in ('{{ tables | join("', '") }}')
    group by counters.app_id, counters.platform, apps.current_date_local, apps.last_complete_date
),

export_days as (
    select
        app_id,
        platform,
        covered_date,
        last_complete_date,
        {{ each_day('first_date', 'current_date_local') }} as activity_date
    from exports
)

select
    app_id,
    platform as channel_platform,
    case when entity in ('article_total_detail', 'item_base') then 'contents' else 'followers' end as feed,
    activity_date,
    bool_and(is_complete) as is_complete
from entity_days
group by 1, 2, 3, 4
union all
select
    app_id,
    platform as channel_platform,
    'contents' as feed,
    activity_date,
    activity_date <= covered_date and activity_date <= last_complete_date as is_complete
from export_days
