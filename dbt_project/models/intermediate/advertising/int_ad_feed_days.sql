with zones as (
    select
        platform,
        account_id,
        max_by(time_zone, observed_at) as time_zone
    from {{ ref('int_ad_observations') }}
    group by platform, account_id
),

-- Every account that was ever asked, from its first report date, with the entities asked of it.
accounts as (
    select
        pulls.platform,
        pulls.account_id,
        zones.time_zone,
        min(pulls.report_date) as first_date,
        count(distinct pulls.entity) as entities
    from {{ ref('stg_ad_platforms__pulls') }} as pulls
    left join zones on pulls.platform = zones.platform and pulls.account_id = zones.account_id
    where pulls.report_date is not null and pulls.entity in ('ad_performance', 'account_performance')
    group by pulls.platform, pulls.account_id, zones.time_zone
),

served as (
    select platform, account_id, app_id from {{ ref('stg_ops_workbook__ad_accounts') }}
    union
    select platform, account_id, app_id from {{ ref('int_ad_observations') }}
),

days as (
    select
        coalesce(served.app_id, 'default') as app_id,
        accounts.platform,
        accounts.account_id,
        accounts.entities,
        coalesce(accounts.time_zone, apps.timezone) as time_zone,
        {{ each_day('accounts.first_date', 'apps.current_date_local') }} as activity_date
    from accounts
    left join served on accounts.platform = served.platform and accounts.account_id = served.account_id
    inner join {{ ref('int_apps') }} as apps on coalesce(served.app_id, 'default') = apps.app_id
),

-- An answer about a day that was not over when it was asked is not the whole day.
account_days as (
    select
        days.app_id,
        days.platform,
        days.account_id,
        days.activity_date,
        days.entities = count(distinct pulls.entity) as is_complete
    from days
    left join {{ ref('stg_ad_platforms__pulls') }} as pulls
        on
            days.platform = pulls.platform
            and days.account_id = pulls.account_id
            and days.activity_date = pulls.report_date
            and pulls.is_newest
            and pulls.entity in ('ad_performance', 'account_performance')
            and pulls.observed_at >= {{ utc_from_local(
                'cast(' ~ add_days('days.activity_date', 1) ~ ' as timestamp)', 'days.time_zone'
            ) }}
    group by days.app_id, days.platform, days.account_id, days.activity_date, days.entities
)

select
    app_id,
    platform,
    activity_date,
    bool_and(is_complete) as is_complete
from account_days
group by app_id, platform, activity_date
