-- The last reading of every statistics date; an undated download is dated by the app's local day.
with readings as (
    select
        app_id,
        'wechat_official_account' as platform,
        account_id,
        msgid as external_content_id,
        title,
        'article' as content_type,
        publish_date as published_date,
        stat_date,
        cast(null as bigint) as impressions,
        reads as views,
        cast(null as bigint) as completed_views,
        likes,
        comments,
        shares,
        favorites,
        cast(null as bigint) as follows,
        cast(null as decimal(20, 6)) as view_seconds,
        true as has_statistics_date,
        observed_at,
        batch_id,
        msgid as source_file,
        cast(0 as bigint) as source_row
    from {{ ref('stg_wechat_official_account__article_total_detail') }}
    union all
    select
        app_id,
        'douyin' as platform,
        account_id,
        item_id as external_content_id,
        title,
        'short_video' as content_type,
        published_date,
        stat_date,
        cast(null as bigint) as impressions,
        plays as views,
        cast(null as bigint) as completed_views,
        likes,
        comments,
        shares,
        cast(null as bigint) as favorites,
        cast(null as bigint) as follows,
        cast(null as decimal(20, 6)) as view_seconds,
        true as has_statistics_date,
        observed_at,
        batch_id,
        item_id as source_file,
        cast(0 as bigint) as source_row
    from {{ ref('stg_douyin__item_base') }}
    union all
    select
        stats.app_id,
        stats.platform,
        stats.account_id,
        stats.external_content_id,
        stats.title,
        stats.content_type,
        stats.published_date,
        coalesce(
            stats.stat_date,
            {{ local_date('stats.observed_at', "coalesce(apps.timezone, 'Asia/Shanghai')") }}
        ) as stat_date,
        stats.impressions,
        stats.views,
        stats.completed_views,
        stats.likes,
        stats.comments,
        stats.shares,
        stats.favorites,
        stats.follows,
        stats.view_seconds,
        stats.stat_date is not null as has_statistics_date,
        stats.observed_at,
        stats.batch_id,
        stats.source_file,
        stats.source_row
    from {{ ref('stg_platform_exports__content_stats') }} as stats
    left join {{ ref('int_apps') }} as apps on stats.app_id = apps.app_id
),

last_readings as (
    select *
    from readings
    qualify row_number() over (
        partition by app_id, platform, account_id, external_content_id, stat_date
        order by observed_at desc, batch_id desc, source_file desc, source_row desc
    ) = 1
)

select
    last_readings.app_id,
    last_readings.platform,
    last_readings.account_id,
    last_readings.external_content_id,
    coalesce(
        mappings.content_id, concat(last_readings.platform, ':', last_readings.external_content_id)
    ) as content_id,
    last_readings.title,
    last_readings.content_type,
    last_readings.published_date,
    last_readings.stat_date,
    last_readings.impressions,
    last_readings.views,
    last_readings.completed_views,
    last_readings.likes,
    last_readings.comments,
    last_readings.shares,
    last_readings.favorites,
    last_readings.follows,
    last_readings.view_seconds,
    last_readings.has_statistics_date,
    last_readings.observed_at
from last_readings
left join {{ ref('content_mappings') }} as mappings
    on
        last_readings.app_id = mappings.app_id
        and last_readings.platform = mappings.platform
        and last_readings.external_content_id = mappings.external_content_id
