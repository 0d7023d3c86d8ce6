-- depends_on: {{ source('platform_exports', 'content_stats') }}
with downloads as (
    select
        app_id,
        platform,
        coalesce(account_id, '') as account_id,
        external_content_id,
        title,
        content_type,
        published_date,
        stat_date,
        cast(impressions as bigint) as impressions,
        cast(views as bigint) as views,
        cast(completed_views as bigint) as completed_views,
        cast(likes as bigint) as likes,
        cast(comments as bigint) as comments,
        cast(shares as bigint) as shares,
        cast(favorites as bigint) as favorites,
        cast(follows as bigint) as follows,
        cast(view_seconds as decimal(20, 6)) as view_seconds,
        cast(completion_rate as decimal(20, 6)) as completion_rate,
        cast(_observed_at as timestamp) as observed_at,
        _batch_id as batch_id,
        _source_file as source_file,
        _source_row as source_row
    from {{ read_raw('platform_exports', 'content_stats') }}
)

select downloads.*
from downloads
cross join {{ ref('stg_meta__run') }} as run
where downloads.observed_at <= run.as_of
