-- A state begins when the row says that it changed, if that lies between two readings; else when it was first read.
with observations as (
    select
        observed.*,
        apps.timezone,
        lag(observed.observed_at) over (
            partition by observed.app_id, observed.user_id order by observed.observed_at
        ) as previous_observed_at
    from {{ ref("stg_app_database__user_observations") }} as observed
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
        {{ hash_key(["registered_at", "acquisition_channel", "acquisition_campaign", "country", "region", "tier", "is_deleted"]) }} as state
    from observations
),

changes as (
    select *
    from dated
    qualify coalesce(lag(state) over (partition by app_id, user_id order by observed_at), '') <> state
),

versions as (
    select
        *,
        lead(valid_from) over (partition by app_id, user_id order by observed_at) as valid_to
    from changes
)

select
    versions.app_id,
    versions.user_id,
    versions.valid_from,
    versions.valid_to,
    versions.registered_at,
    versions.acquisition_channel,
    versions.acquisition_campaign,
    versions.country,
    versions.region,
    versions.tier
from versions
anti join {{ ref("int_excluded_users") }} as excluded
    on
        versions.app_id = excluded.app_id
        and versions.user_id = excluded.user_id
        and {{ local_date("versions.valid_from", "versions.timezone") }} >= excluded.from_date
where not versions.is_deleted
