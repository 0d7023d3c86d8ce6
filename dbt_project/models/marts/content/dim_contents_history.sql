{% set columns = ["creator_id", "title", "content_type", "source_type", "topic", "published_at", "status"] %}
-- depends_on: {{ ref("int_apps") }}
with versions as (
    {{ versions(ref("stg_app_database__content_observations"), "content_id", columns) }}
)

select
    app_id,
    content_id,
    valid_from,
    valid_to,
    creator_id,
    title,
    content_type,
    source_type,
    topic,
    published_at,
    status
from versions
where not is_deleted
