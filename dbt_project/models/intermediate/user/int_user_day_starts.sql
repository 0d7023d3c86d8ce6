-- One pass over the events serves both the user-days (platform, visit channel) and the users (first touch).
select
    app_id,
    user_id,
    event_date as activity_date,
    occurred_at as first_active_at,
    event_id as first_event_id,
    platform,
    app_version,
    channel,
    campaign,
    country,
    region
from {{ ref("int_events") }}
where is_active_event
qualify row_number() over (partition by app_id, user_id, event_date order by occurred_at, event_id) = 1
