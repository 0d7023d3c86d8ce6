{# Two equality joins in place of one with alternatives: the events table is the big one. #}
with plans as (
    select
        activities.*,
        apps.timezone
    from {{ ref('stg_ops_workbook__activities') }} as activities
    inner join {{ ref('int_apps') }} as apps on activities.app_id = apps.app_id
),

candidates as (
    select
        plans.app_id,
        plans.activity_id,
        plans.start_at,
        plans.end_at,
        plans.timezone,
        events.user_id,
        events.event_date,
        events.occurred_at
    from plans
    inner join {{ ref('int_events') }} as events
        on plans.app_id = events.app_id and plans.activity_id = events.activity_id
    where plans.participation_event is null
    union all
    -- An event that names another activity is no participation in this one.
    select
        plans.app_id,
        plans.activity_id,
        plans.start_at,
        plans.end_at,
        plans.timezone,
        events.user_id,
        events.event_date,
        events.occurred_at
    from plans
    inner join {{ ref('int_events') }} as events
        on plans.app_id = events.app_id and plans.participation_event = events.event_name
    where coalesce(events.activity_id, plans.activity_id) = plans.activity_id
)

select distinct
    app_id,
    activity_id,
    user_id,
    event_date as activity_date
from candidates
where {{ local_datetime('occurred_at', 'timezone') }} between start_at and end_at
