{{ config(meta={'dagster': {'ref': {'name': 'fct_feature_adoption'}}}) }}

-- The weeks of features have the active users of the weeks; the community's comments are those of its users.
with features as (
    select distinct
        app_id,
        week_start as day,
        active_users as number
    from {{ ref('fct_feature_adoption') }}
),

comments as (
    select
        app_id,
        activity_date as day,
        cast(sum(comments) as bigint) as number
    from {{ ref('fct_user_daily') }}
    group by app_id, activity_date
)

select
    features.app_id,
    'active users of the week' as what,
    features.day,
    features.number,
    lifecycle.active_users as other_number
from features
left join {{ ref('fct_user_lifecycle') }} as lifecycle
    on features.app_id = lifecycle.app_id and lifecycle.grain = 'week' and features.day = lifecycle.period_start
where lifecycle.active_users is null or features.number <> lifecycle.active_users
union all
select
    community.app_id,
    'comments of the day' as what,
    community.activity_date as day,
    community.comments as number,
    comments.number as other_number
from {{ ref('fct_community_daily') }} as community
left join comments on community.app_id = comments.app_id and community.activity_date = comments.day
where community.comments <> coalesce(comments.number, 0)
