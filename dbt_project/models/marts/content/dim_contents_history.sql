-- A state begins when the row says that it changed, if that lies between two readings; else when it was first read.
with observations as (
    select
        observed.*,
        lag(observed.observed_at) over (
            partition by observed.app_id, observed.content_id order by observed.observed_at
        ) as previous_observed_at
    from {{ ref("stg_app_database__content_observations") }} as observed
    inner join {{ ref("int_apps") }} as apps on observed.app_id = apps.app_id
),

dated as (
    select
        *,
        case
            when
                updated_at <= observed_at
                and (previous_observed_at is null or updated_at > previous_observed_at)
                then updated_at
            else observed_at
        end as valid_from,
        {{ hash_key(["creator_id", "title", "content_type", "source_type", "topic", "published_at", "status", "is_deleted"]) }} as state
    from observations
),

changes as (
    select *
    from dated
    qualify coalesce(lag(state) over (partition by app_id, content_id order by observed_at), '') <> state
),

versions as (
    select
        *,
        lead(valid_from) over (partition by app_id, content_id order by observed_at) as valid_to
    from changes
)

select
    versions.app_id,
    versions.content_id,
    versions.valid_from,
    versions.valid_to,
    versions.creator_id,
    versions.title,
    versions.content_type,
    versions.source_type,
    versions.topic,
    versions.published_at,
    versions.status
from versions
where not versions.is_deleted
