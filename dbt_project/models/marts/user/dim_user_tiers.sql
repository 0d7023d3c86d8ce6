with changes as (
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

select
    changes.app_id,
    changes.user_id,
    changes.changed_at as valid_from,
    lead(changes.changed_at) over (
        partition by changes.app_id, changes.user_id order by changes.changed_at
    ) as valid_to,
    changes.tier
from changes
anti join {{ ref("int_excluded_users") }} as excluded
    on
        changes.app_id = excluded.app_id
        and changes.user_id = excluded.user_id
        and changes.changed_date >= excluded.from_date
