with registrations as (
    select
        users.app_id,
        users.user_id,
        {{ local_date("users.registered_at", "apps.timezone") }} as registered_date,
        users.acquisition_channel,
        users.acquisition_campaign,
        users.country,
        users.region,
        users.tier
    from {{ ref("stg_app_database__users") }} as users
    inner join {{ ref("int_apps") }} as apps on users.app_id = apps.app_id
),

-- A user excluded from some date on stays known by what happened before it.
registered as (
    select registrations.*
    from registrations
    left join {{ ref("int_excluded_users") }} as excluded
        on registrations.app_id = excluded.app_id and registrations.user_id = excluded.user_id
    where excluded.user_id is null or registrations.registered_date < excluded.from_date
),

all_users as (
    select app_id, user_id from registered
    union distinct
    select app_id, user_id from {{ ref("int_user_daily") }}
    union distinct
    select app_id, user_id from {{ ref("int_points_entries") }}
    union distinct
    select app_id, user_id from {{ ref("int_tier_changes") }}
),

first_days as (
    select
        app_id,
        user_id,
        min(activity_date) as activity_date
    from {{ ref("int_user_daily") }}
    where is_active
    group by app_id, user_id
),

first_active as (
    select daily.*
    from {{ ref("int_user_daily") }} as daily
    inner join first_days using (app_id, user_id, activity_date)
),

-- An event that is not active but names its channel (an install, a landing page) is a touch too when it comes first.
touches as (
    select
        app_id,
        user_id,
        first_active_at as touched_at,
        first_event_id as event_id,
        visit_channel as channel,
        visit_campaign as campaign
    from first_active
    union all
    select
        events.app_id,
        events.user_id,
        events.occurred_at as touched_at,
        events.event_id,
        events.channel,
        events.campaign
    from {{ ref("int_events") }} as events
    inner join first_active on events.app_id = first_active.app_id and events.user_id = first_active.user_id
    where
        not events.is_active_event
        and events.channel <> 'direct'
        and events.occurred_at <= first_active.first_active_at
),

first_touches as (
    select
        app_id,
        user_id,
        channel,
        campaign
    from touches
    qualify row_number() over (partition by app_id, user_id order by touched_at, event_id) = 1
),

-- Country and region are known separately: the newest event that has one of them says nothing about the other.
latest_places as (
    select
        app_id,
        user_id,
        max({{ packed(["occurred_at", "event_id", "country"]) }}) filter (where country is not null) as country_event,
        max({{ packed(["occurred_at", "event_id", "region"]) }}) filter (where region is not null) as region_event
    from {{ ref("int_events") }}
    group by app_id, user_id
),

-- A given channel is mapped when the company knows it: by the seed, by its costs, or by its app packages.
known_channels as (
    select channel as given_channel, channel, 1 as priority from {{ ref("channel_mapping") }}
    union all
    select 'direct' as given_channel, 'direct' as channel, 1 as priority
    union all
    select channel as given_channel, channel, 1 as priority from {{ ref("stg_ops_workbook__ad_accounts") }}
    union all
    select channel as given_channel, channel, 1 as priority from {{ ref("stg_ops_workbook__channel_costs") }}
    union all
    select distinct channel as given_channel, channel, 1 as priority from {{ ref("int_events") }}
    where channel <> '(other)'
    union all
    select utm_source as given_channel, channel, 2 as priority from {{ ref("channel_mapping") }}
    where utm_medium is null
),

mapped_channels as (
    select
        lower(given_channel) as given_channel,
        channel
    from known_channels
    where given_channel is not null
    qualify row_number() over (partition by lower(given_channel) order by priority, channel) = 1
)

select
    all_users.app_id,
    all_users.user_id,
    cast(row_number() over (order by all_users.app_id, all_users.user_id) as bigint) as user_number,
    first_active.first_active_at,
    first_active.activity_date as first_active_date,
    coalesce(mapped_channels.channel, first_touches.channel) as acquisition_channel,
    case
        when mapped_channels.channel is not null then registered.acquisition_campaign else first_touches.campaign
    end as acquisition_campaign,
    case
        when mapped_channels.channel is not null then 'users'
        when first_touches.channel is not null then 'first_touch'
    end as acquisition_source,
    first_active.platform as first_platform,
    first_active.app_version as first_app_version,
    first_active.country as first_country,
    first_active.region as first_region,
    coalesce(latest_places.country_event.country, registered.country) as country,
    coalesce(latest_places.region_event.region, registered.region) as region,
    registered.tier,
    registered.registered_date,
    coalesce(registered.registered_date < apps.events_since, false) as is_preexisting
from all_users
inner join {{ ref("int_apps") }} as apps on all_users.app_id = apps.app_id
left join registered
    on all_users.app_id = registered.app_id and all_users.user_id = registered.user_id
left join mapped_channels on lower(registered.acquisition_channel) = mapped_channels.given_channel
left join first_active
    on all_users.app_id = first_active.app_id and all_users.user_id = first_active.user_id
left join first_touches
    on all_users.app_id = first_touches.app_id and all_users.user_id = first_touches.user_id
left join latest_places
    on all_users.app_id = latest_places.app_id and all_users.user_id = latest_places.user_id
