{{ config(materialized='view') }}

with dated as (
    select
        changes.app_id,
        changes.user_id,
        changes.changed_at,
        changes.tier,
        {{ local_date("changes.changed_at", "apps.timezone") }} as changed_date
    from {{ ref("stg_app_database__user_tier_changes") }} as changes
    inner join {{ ref("int_apps") }} as apps on changes.app_id = apps.app_id
    cross join {{ ref("int_run") }} as run
    where changes.changed_at <= run.as_of
)

select dated.*
from dated
anti join {{ ref("int_excluded_users") }} as excluded
    on
        dated.app_id = excluded.app_id
        and dated.user_id = excluded.user_id
        and dated.changed_date >= excluded.from_date
