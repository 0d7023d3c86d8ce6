with event_borders as (
    select
        app_id,
        min(event_date) filter (where is_active_event) as first_active_date,
        min(event_date) as first_event_date,
        max(event_date) as last_event_date
    from {{ ref('int_events') }}
    group by app_id
),

order_borders as (
    select
        app_id,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from {{ ref('int_orders') }}
    group by app_id
),

borders as (
    select
        apps.app_id,
        apps.current_date_local,
        apps.events_since,
        -- Without launch date and active events: an app that is known by its orders alone.
        coalesce(
            apps.launch_date,
            events.first_active_date,
            least(
                coalesce(events.first_event_date, orders.first_order_date),
                coalesce(orders.first_order_date, events.first_event_date)
            )
        ) as first_date,
        -- Orders from before the launch date do not end a life that begins on it.
        greatest(
            coalesce(events.last_event_date, orders.last_order_date, apps.launch_date),
            coalesce(orders.last_order_date, events.last_event_date, apps.launch_date),
            coalesce(apps.launch_date, events.last_event_date, orders.last_order_date)
        ) as last_seen_date,
        events.last_event_date
    from {{ ref('int_apps') }} as apps
    left join event_borders as events
        on apps.app_id = events.app_id
    left join order_borders as orders
        on apps.app_id = orders.app_id
)

select
    app_id,
    first_date,
    least(current_date_local, {{ add_days('last_seen_date', 90) }}) as last_date,
    last_event_date,
    greatest(first_date, coalesce(events_since, first_date)) as events_from
from borders
where first_date <= current_date_local
