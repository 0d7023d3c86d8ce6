with wechat_accounts as (
    select app_id, account_id from {{ ref('stg_wechat_official_account__user_summary') }}
    union
    select app_id, account_id from {{ ref('stg_wechat_official_account__user_cumulate') }}
    union
    select app_id, account_id from {{ ref('stg_wechat_official_account__article_total_detail') }}
),

-- A day's article counters come with the reports of all articles published in the 30 days up to it.
asked as (
    select
        account_id,
        entity,
        case when entity = 'article_total_detail' then 30 else 1 end as report_dates,
        min(report_date) as first_date
    from {{ ref('stg_wechat_official_account__pulls') }}
    where report_date is not null
    group by account_id, entity
),

asked_days as (
    select
        accounts.app_id,
        accounts.account_id,
        asked.entity,
        asked.first_date,
        asked.report_dates,
        {{ each_day('asked.first_date', 'apps.current_date_local') }} as activity_date
    from wechat_accounts as accounts
    inner join asked on accounts.account_id = asked.account_id
    inner join {{ ref('int_apps') }} as apps on accounts.app_id = apps.app_id
),

wechat_days as (
    select
        app_id,
        account_id,
        entity,
        activity_date,
        greatest(first_date, {{ add_days('activity_date', '1 - report_dates') }}) as first_report_date,
        {{ utc_from_local('cast(' ~ add_days('activity_date', 1) ~ ' as timestamp)', "'Asia/Shanghai'") }} as ended_at
    from asked_days
),

-- An answer about a day that was not over when it was asked is not the whole day; the platform's days are GMT+8.
wechat_entity_days as (
    select
        days.app_id,
        days.account_id,
        days.entity,
        days.activity_date,
        count(pulls.report_date) = {{ days_between('days.first_report_date', 'days.activity_date') }} + 1 as is_complete
    from wechat_days as days
    left join {{ ref('stg_wechat_official_account__pulls') }} as pulls
        on
            days.account_id = pulls.account_id
            and days.entity = pulls.entity
            and pulls.report_date between days.first_report_date and days.activity_date
            and pulls.is_newest
            and pulls.observed_at >= days.ended_at
    group by days.app_id, days.account_id, days.entity, days.activity_date, days.first_report_date
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
    where counters.platform <> 'wechat_official_account'
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
    'wechat_official_account' as channel_platform,
    case when entity = 'article_total_detail' then 'contents' else 'followers' end as feed,
    activity_date,
    bool_and(is_complete) as is_complete
from wechat_entity_days
group by 1, 2, 3, 4
union all
select
    app_id,
    platform as channel_platform,
    'contents' as feed,
    activity_date,
    activity_date <= covered_date and activity_date <= last_complete_date as is_complete
from export_days
