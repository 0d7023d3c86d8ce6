-- depends_on: {{ source('app_database', 'contents') }}
with observations as (
    {{ all_observations('app_database', 'contents', ['app_id', 'content_id']) }}
)

select
    app_id,
    content_id,
    creator_id,
    title,
    content_type,
    source_type,
    topic,
    cast(published_at as timestamp) as published_at,
    status,
    cast(updated_at as timestamp) as updated_at,
    coalesce(is_deleted, false) as is_deleted,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from observations
