with deeds as (
    select
        app_id,
        activity_date,
        posts,
        posters,
        comments,
        commenters,
        reported_contents
    from {{ ref('int_subject_days') }}
    where subject = 'community'
),

fates as (
    select
        app_id,
        published_date as activity_date,
        cast(count(case when status = 'removed' then 1 end) as bigint) as removed_contents,
        cast(count(case when status = 'featured' then 1 end) as bigint) as featured_contents
    from {{ ref('dim_contents') }}
    where status in ('removed', 'featured')
    group by app_id, published_date
),

days as (
    select
        days.app_id,
        days.activity_date,
        {% for column in ['posts', 'posters', 'comments', 'commenters', 'reported_contents'] %}
        coalesce(deeds.{{ column }}, cast(0 as bigint)) as {{ column }},
        {% endfor %}
        coalesce(fates.removed_contents, cast(0 as bigint)) as removed_contents,
        coalesce(fates.featured_contents, cast(0 as bigint)) as featured_contents,
        days.events_complete as is_complete
    from {{ ref('int_app_days') }} as days
    left join deeds on days.app_id = deeds.app_id and days.activity_date = deeds.activity_date
    left join fates on days.app_id = fates.app_id and days.activity_date = fates.activity_date
)

select
    app_id,
    activity_date,
    posts,
    posters,
    comments,
    commenters,
    {{ ratio('comments', 'posts') }} as replies_per_post,
    reported_contents,
    removed_contents,
    featured_contents,
    is_complete
from days
