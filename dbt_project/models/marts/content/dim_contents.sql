{# Of equal dates always the same reading, whatever the order of the rows. #}
{% set latest = "concat(cast(stat_date as " ~ dbt.type_string() ~ "), platform, ' ', account_id, ' ', external_content_id)" %}
{# What the app database knows beats what the outside platform says; events tell at least that a content exists. #}
-- A publication that is scheduled for later is a plan, not yet a publication.
with own as (
    select
        contents.app_id,
        contents.content_id,
        contents.creator_id,
        contents.title,
        contents.content_type,
        contents.source_type,
        contents.topic,
        contents.status,
        case when contents.published_at <= run.as_of then contents.published_at end as published_at,
        case
            when contents.published_at <= run.as_of then {{ local_date('contents.published_at', 'apps.timezone') }}
        end as published_date
    from {{ ref('stg_app_database__contents') }} as contents
    inner join {{ ref('int_apps') }} as apps on contents.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
),

outside as (
    select
        app_id,
        content_id,
        max_by(title, {{ latest }}) as title,
        max_by(content_type, {{ latest }}) as content_type,
        min(published_date) as published_date
    from {{ ref('int_content_counters') }}
    group by app_id, content_id
),

-- The last creator that an event names.
seen as (
    select
        app_id,
        subject_id as content_id,
        max_by(creator_id, {{ packed(['creator_named_at', 'creator_event_id']) }}) as creator_id
    from (
        select *
        from {{ ref('int_subject_days') }}
        where subject = 'content'
    ) as content_days
    group by app_id, subject_id
),

keys as (
    select app_id, content_id from own
    union
    select app_id, content_id from outside
    union
    select app_id, content_id from seen
)

select
    keys.app_id,
    keys.content_id,
    coalesce(own.creator_id, seen.creator_id) as creator_id,
    coalesce(own.title, outside.title) as title,
    coalesce(own.content_type, outside.content_type) as content_type,
    own.source_type,
    own.topic,
    own.published_at,
    coalesce(own.published_date, outside.published_date) as published_date,
    coalesce(own.status, case when outside.content_id is not null then 'published' end) as status
from keys
left join own on keys.app_id = own.app_id and keys.content_id = own.content_id
left join outside on keys.app_id = outside.app_id and keys.content_id = outside.content_id
left join seen on keys.app_id = seen.app_id and keys.content_id = seen.content_id
