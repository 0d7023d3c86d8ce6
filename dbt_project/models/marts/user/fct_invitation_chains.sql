-- Who brought whom: the first acceptance counts; nobody brings themselves.
with recursive brought as (
    select
        app_id,
        invitation_id,
        inviter_user_id,
        invitee_user_id,
        accepted_at
    from {{ ref("fct_invitations") }}
    where accepted_at is not null and invitee_user_id is not null and invitee_user_id <> inviter_user_id
    qualify row_number() over (partition by app_id, invitee_user_id order by accepted_at, invitation_id) = 1
),

-- A chain only goes on with what was accepted later, and ends where it would come back to its beginning: it is finite
-- whoever invites whom.
chains as (
    select
        app_id,
        inviter_user_id,
        invitee_user_id as user_id,
        cast(1 as bigint) as depth,
        accepted_at,
        invitation_id
    from brought
    union all
    select
        chains.app_id,
        chains.inviter_user_id,
        brought.invitee_user_id as user_id,
        chains.depth + 1 as depth,
        brought.accepted_at,
        brought.invitation_id
    from chains
    inner join brought on chains.app_id = brought.app_id and chains.user_id = brought.inviter_user_id
    where
        brought.invitee_user_id <> chains.inviter_user_id
        and (
            brought.accepted_at > chains.accepted_at
            or (brought.accepted_at = chains.accepted_at and brought.invitation_id > chains.invitation_id)
        )
),

sizes as (
    select
        app_id,
        inviter_user_id,
        count(case when depth = 1 then 1 end) as direct_users,
        count(*) as chain_users,
        max(depth) as chain_depth
    from chains
    group by app_id, inviter_user_id
),

sent as (
    select
        app_id,
        inviter_user_id,
        min(invited_at) as first_invited_at,
        count(*) as invitations,
        count(accepted_at) as accepted_invitations
    from {{ ref("fct_invitations") }}
    group by app_id, inviter_user_id
)

select
    sent.app_id,
    sent.inviter_user_id,
    above.inviter_user_id as brought_by_user_id,
    sent.first_invited_at,
    cast(sent.invitations as bigint) as invitations,
    cast(sent.accepted_invitations as bigint) as accepted_invitations,
    cast(coalesce(sizes.direct_users, 0) as bigint) as direct_users,
    cast(coalesce(sizes.chain_users, 0) as bigint) as chain_users,
    cast(coalesce(sizes.chain_depth, 0) as bigint) as chain_depth
from sent
left join sizes on sent.app_id = sizes.app_id and sent.inviter_user_id = sizes.inviter_user_id
left join brought as above on sent.app_id = above.app_id and sent.inviter_user_id = above.invitee_user_id
