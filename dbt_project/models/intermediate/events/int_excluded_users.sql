with exclusions as (
    select
        app_id,
        user_id,
        device_id,
        coalesce(from_date, cast('1900-01-01' as date)) as from_date
    from {{ ref('stg_ops_workbook__excluded_users') }}
),

excluded as (
    select
        app_id,
        user_id,
        from_date
    from exclusions
    where user_id is not null
    union all
    -- Whoever used an excluded device from its date on: also the orders and tickets of a bot are to go.
    select
        events.app_id,
        events.resolved_user_id as user_id,
        devices.from_date
    from {{ ref('int_resolved_events') }} as events
    inner join exclusions as devices
        on
            events.app_id = devices.app_id
            and events.device_id = devices.device_id
            and events.event_date >= devices.from_date
    where devices.user_id is null and events.left_out_reason is null
)

select
    app_id,
    user_id,
    min(from_date) as from_date
from excluded
group by app_id, user_id
