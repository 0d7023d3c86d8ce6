with works as (
    select
        app_id,
        creator_id,
        min(published_date) as first_published_date,
        cast(count(*) as bigint) as contents,
        min_by(source_type, concat(cast(published_date as {{ dbt.type_string() }}), content_id)) as source_type
    from {{ ref('dim_contents') }}
    where creator_id is not null and published_date is not null and coalesce(status, '') <> 'draft'
    group by app_id, creator_id
),

keys as (
    select app_id, creator_id from {{ ref('stg_app_database__creators') }}
    union
    select app_id, creator_id from {{ ref('dim_contents') }}
    where creator_id is not null
    union
    select app_id, creator_id from {{ ref('int_events') }}
    where creator_id is not null
)

select
    keys.app_id,
    keys.creator_id,
    coalesce(creators.source_type, works.source_type) as source_type,
    works.first_published_date,
    coalesce(works.contents, 0) as contents,
    cast(creators.followers as bigint) as followers,
    creators.tier
from keys
left join {{ ref('stg_app_database__creators') }} as creators
    on keys.app_id = creators.app_id and keys.creator_id = creators.creator_id
left join works
    on keys.app_id = works.app_id and keys.creator_id = works.creator_id
