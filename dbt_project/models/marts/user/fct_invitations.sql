with dated as (
    select
        invitations.app_id,
        invitations.invitation_id,
        invitations.inviter_user_id,
        invitations.invitee_user_id,
        invitations.invited_at,
        case when invitations.accepted_at <= run.as_of then invitations.accepted_at end as accepted_at,
        apps.timezone
    from {{ ref("stg_app_database__invitations") }} as invitations
    inner join {{ ref("int_apps") }} as apps on invitations.app_id = apps.app_id
    cross join {{ ref("int_run") }} as run
    where invitations.invited_at <= run.as_of
)

select
    dated.app_id,
    dated.invitation_id,
    dated.inviter_user_id,
    dated.invitee_user_id,
    dated.invited_at,
    dated.accepted_at
from dated
anti join {{ ref("int_excluded_users") }} as inviters
    on
        dated.app_id = inviters.app_id
        and dated.inviter_user_id = inviters.user_id
        and {{ local_date("dated.invited_at", "dated.timezone") }} >= inviters.from_date
anti join {{ ref("int_excluded_users") }} as invitees
    on
        dated.app_id = invitees.app_id
        and dated.invitee_user_id = invitees.user_id
        and {{ local_date("coalesce(dated.accepted_at, dated.invited_at)", "dated.timezone") }} >= invitees.from_date
