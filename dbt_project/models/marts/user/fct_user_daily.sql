with invited as (
    select distinct
        app_id,
        invitee_user_id as user_id
    from {{ ref("fct_invitations") }}
    where accepted_at is not null
)

select
    daily.app_id,
    daily.user_id,
    daily.activity_date,
    daily.is_active,
    coalesce(daily.activity_date = users.first_active_date and not users.is_preexisting, false) as is_new,
    coalesce(daily.activity_date = users.first_active_date and not users.is_preexisting, false)
    and invited.user_id is not null as is_new_by_invitation,
    daily.events,
    daily.key_events,
    daily.sessions,
    daily.engaged_seconds,
    daily.content_views,
    daily.likes,
    daily.shares,
    daily.comments,
    daily.favorites,
    daily.page_views,
    daily.timed_page_views,
    daily.page_view_seconds,
    daily.sign_ups,
    daily.orders,
    daily.gross_revenue,
    daily.refunded_revenue,
    daily.net_revenue,
    daily.platform,
    daily.visit_channel
from {{ ref("int_user_daily") }} as daily
inner join {{ ref("int_users") }} as users on daily.app_id = users.app_id and daily.user_id = users.user_id
left join invited on daily.app_id = invited.app_id and daily.user_id = invited.user_id
