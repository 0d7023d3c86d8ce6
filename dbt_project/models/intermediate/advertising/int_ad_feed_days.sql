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
        min(pulls.report_date) filter (where pulls.entity <> 'hourly_performance') as first_date,
        count(distinct case when pulls.entity <> 'hourly_performance' then pulls.entity end) as entities,
        coalesce(bool_or(pulls.is_whole) filter (where pulls.entity = 'hourly_performance'), false) as has_hours
    from {{ ref('stg_ad_platforms__pulls') }} as pulls
    left join zones on pulls.platform = zones.platform and pulls.account_id = zones.account_id
    where
        pulls.report_date is not null
        and pulls.entity in ('ad_performance', 'account_performance', 'hourly_performance')
    group by pulls.platform, pulls.account_id, zones.time_zone
),

served as (
    select platform, account_id, app_id from {{ ref('stg_ops_workbook__ad_accounts') }}
    union
    select platform, account_id, app_id from {{ ref('int_ad_observations') }}
),

served_accounts as (
    select
        coalesce(served.app_id, 'default') as app_id,
        accounts.platform,
        accounts.account_id,
        accounts.entities,
        accounts.has_hours,
        accounts.first_date,
        coalesce(accounts.time_zone, apps.timezone) as time_zone,
        apps.timezone as app_time_zone,
        apps.current_date_local
    from accounts
    left join served on accounts.platform = served.platform and accounts.account_id = served.account_id
    inner join {{ ref('int_apps') }} as apps on coalesce(served.app_id, 'default') = apps.app_id
),

days as (
    select
        *,
        {{ each_day(
            'case when has_hours then ' ~ date_of_hour('first_date', 0, 'time_zone', 'app_time_zone') ~ ' else first_date end',
            'current_date_local'
        ) }} as activity_date
    from served_accounts
),

-- A day that is put together from hours needs every day of the account that it touches.
needed as (
    select
        *,
        case
            when has_hours then {{ date_of_hour('activity_date', 0, 'app_time_zone', 'time_zone') }} else activity_date
        end as first_needed,
        case
            when has_hours then {{ date_of_hour('activity_date', 23, 'app_time_zone', 'time_zone') }} else activity_date
        end as last_needed
    from days
),

-- An answer about a day that was not over when it was asked is not the whole day.
account_days as (
    select
        needed.app_id,
        needed.platform,
        needed.account_id,
        needed.activity_date,
        needed.entities * ({{ days_between('needed.first_needed', 'needed.last_needed') }} + 1)
        = count(distinct concat(pulls.entity, cast(pulls.report_date as {{ dbt.type_string() }}))) as is_complete
    from needed
    left join {{ ref('stg_ad_platforms__pulls') }} as pulls
        on
            needed.platform = pulls.platform
            and needed.account_id = pulls.account_id
            and pulls.report_date between needed.first_needed and needed.last_needed
            and pulls.is_newest
            and pulls.entity in ('ad_performance', 'account_performance')
            and pulls.observed_at >= {{ utc_from_local(
                'cast(' ~ add_days('pulls.report_date', 1) ~ ' as timestamp)', 'needed.time_zone'
            ) }}
    group by
        needed.app_id,
        needed.platform,
        needed.account_id,
        needed.activity_date,
        needed.entities,
        needed.first_needed,
        needed.last_needed
)

select
    app_id,
    platform,
    activity_date,
    bool_and(is_complete) as is_complete
from account_days
group by app_id, platform, activity_date
