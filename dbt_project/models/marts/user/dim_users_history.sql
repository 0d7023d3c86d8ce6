{% set columns = ["registered_at", "acquisition_channel", "acquisition_campaign", "country", "region", "tier"] %}
-- depends_on: {{ ref("int_apps") }}
with versions as (
    {{ versions(ref("stg_app_database__user_observations"), "user_id", columns) }}
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
