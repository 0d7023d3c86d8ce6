with app_store as (
    select
        app_id,
        'app_store' as store,
        account_id as store_app_id,
        coalesce(territory, '(unknown)') as country,
        activity_date,
        cast(sum(case when report = 'engagement' and event = 'Impression' then counts else 0 end) as bigint) as impressions,
        cast(sum(case when report = 'engagement' and event = 'Page view' then counts else 0 end) as bigint) as page_views,
        cast(sum(case when download_type = 'First-time download' and report = 'downloads' then counts else 0 end) as bigint)
            as downloads,
        cast(sum(case when download_type in ('Redownload', 'Restore') and report = 'downloads' then counts else 0 end) as bigint)
            as redownloads,
        cast(sum(case when download_type in ('Auto-update', 'Manual update') and report = 'downloads' then counts else 0 end) as bigint)
            as updates,
        cast(sum(case when report = 'installations' and event = 'Install' then counts else 0 end) as bigint) as installs,
        cast(sum(case when report = 'installations' and event = 'Delete' then counts else 0 end) as bigint) as deletions
    from {{ ref('stg_app_store__analytics') }}
    group by 1, 2, 3, 4, 5
),

-- Apple completes a day in the instances of the two days after it.
app_store_reach as (
    select
        account_id,
        {{ add_days('max(report_date)', -2) }} as last_whole_date
    from {{ ref('stg_app_store__pulls') }}
    where is_newest and rows_pulled > 0
    group by account_id
),

google_play_days as (
    select account_id, report_date
    from {{ ref('stg_google_play__pulls') }}
    where is_newest and report_date is not null
    group by account_id, report_date
    having count(distinct entity) = 2
),

google_play_keys as (
    select app_id, account_id, activity_date, country from {{ ref('stg_google_play__installs') }}
    union
    select app_id, account_id, activity_date, country from {{ ref('stg_google_play__store_performance') }}
),

google_play as (
    select
        keys.app_id,
        'google_play' as store,
        keys.account_id as store_app_id,
        keys.country,
        keys.activity_date,
        cast(null as bigint) as impressions,
        coalesce(store.store_listing_visitors, 0) as page_views,
        coalesce(installs.daily_user_installs, 0) as downloads,
        cast(null as bigint) as redownloads,
        coalesce(installs.daily_device_upgrades, 0) as updates,
        coalesce(installs.daily_device_installs, 0) as installs,
        coalesce(installs.daily_device_uninstalls, 0) as deletions
    from google_play_keys as keys
    left join {{ ref('stg_google_play__installs') }} as installs
        on
            keys.app_id = installs.app_id
            and keys.account_id = installs.account_id
            and keys.activity_date = installs.activity_date
            and keys.country = installs.country
    left join {{ ref('stg_google_play__store_performance') }} as store
        on
            keys.app_id = store.app_id
            and keys.account_id = store.account_id
            and keys.activity_date = store.activity_date
            and keys.country = store.country
)

select
    app_store.*,
    coalesce(app_store.activity_date <= app_store_reach.last_whole_date, false) as is_complete
from app_store
left join app_store_reach on app_store.store_app_id = app_store_reach.account_id
union all
select
    google_play.*,
    google_play_days.report_date is not null as is_complete
from google_play
left join google_play_days
    on google_play.store_app_id = google_play_days.account_id and google_play.activity_date = google_play_days.report_date
