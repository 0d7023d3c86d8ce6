with days as (
    select
        app_id,
        last_event_date,
        events_from,
        {{ each_day('first_date', 'last_date') }} as activity_date
    from {{ ref('int_app_lives') }}
),

-- A feed of events that had some on every one of 28 days and then falls silent has broken down, until a later
-- event arrives. A smaller app may well have days without events.
steady_event_feeds as (
    select
        events.app_id
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_app_lives') }} as lives
        on events.app_id = lives.app_id
    where events.event_date > {{ add_days('lives.last_event_date', -28) }}
    group by events.app_id
    having count(distinct events.event_date) = 28
),

judged as (
    select
        days.app_id,
        days.activity_date,
        days.activity_date = apps.current_date_local as is_running_day,
        days.activity_date <= apps.last_complete_date
        and days.activity_date >= days.events_from
        and not (
            steady_event_feeds.app_id is not null
            and days.activity_date > days.last_event_date
        ) as events_complete,
        order_syncs.app_id is not null as has_order_syncs,
        -- The database was read after the end of the local day.
        coalesce(
            order_syncs.last_read_at
            >= {{ utc_from_local('cast(' ~ add_days('days.activity_date', 1) ~ ' as timestamp)', 'apps.timezone') }},
            false
        ) as is_order_sync_after_day,
        days.activity_date <= apps.last_complete_date as is_past
    from days
    inner join {{ ref('int_apps') }} as apps
        on days.app_id = apps.app_id
    left join steady_event_feeds
        on days.app_id = steady_event_feeds.app_id
    left join {{ ref('int_order_syncs') }} as order_syncs
        on days.app_id = order_syncs.app_id
),

fed as (
    select
        app_id,
        activity_date,
        is_running_day,
        events_complete,
        case
            when has_order_syncs then is_past and is_order_sync_after_day
            else events_complete
        end as orders_complete
    from judged
)

select
    app_id,
    activity_date,
    is_running_day,
    events_complete,
    orders_complete,
    events_complete and orders_complete as is_complete
from fed
