-- depends_on: {{ source('app_database', 'invitations') }}
with latest as (
    {{ latest_observation('app_database', 'invitations', ['app_id', 'invitation_id']) }}
)

select
    app_id,
    invitation_id,
    inviter_user_id,
    invitee_user_id,
    cast(invited_at as timestamp) as invited_at,
    cast(accepted_at as timestamp) as accepted_at,
    cast(updated_at as timestamp) as updated_at,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from latest
