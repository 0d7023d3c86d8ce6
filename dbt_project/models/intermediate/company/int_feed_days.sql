-- Raw rows do not name their database; the readings of the batch that brought the newest ticket do.
with newest_tickets as (
    select
        app_id,
        batch_id
    from {{ ref('stg_app_database__tickets') }}
    qualify row_number() over (partition by app_id order by observed_at desc, batch_id desc) = 1
),

ticket_readings as (
    select
        account_id,
        max(observed_at) as last_read_at
    from {{ ref('stg_app_database__pulls') }}
    where entity = 'tickets' and status = 'complete'
    group by account_id
),

ticket_syncs as (
    select
        newest_tickets.app_id,
        -- Where several databases may hold the app's tickets, the one that was read longest ago.
        min(ticket_readings.last_read_at) as last_read_at
    from newest_tickets
    inner join {{ ref('stg_app_database__pulls') }} as pulls
        on newest_tickets.batch_id = pulls.batch_id and pulls.entity = 'tickets'
    inner join ticket_readings on pulls.account_id = ticket_readings.account_id
    group by newest_tickets.app_id
)

select
    app_id,
    'events' as feed,
    activity_date,
    events_complete as is_complete
from {{ ref('int_app_days') }}
union all
select
    app_id,
    'orders' as feed,
    activity_date,
    orders_complete as is_complete
from {{ ref('int_app_days') }}
union all
-- The table was read after the end of the local day.
select
    days.app_id,
    'tickets' as feed,
    days.activity_date,
    days.activity_date <= apps.last_complete_date
    and ticket_syncs.last_read_at
    >= {{ utc_from_local('cast(' ~ add_days('days.activity_date', 1) ~ ' as timestamp)', 'apps.timezone') }}
        as is_complete
from {{ ref('int_app_days') }} as days
inner join ticket_syncs on days.app_id = ticket_syncs.app_id
inner join {{ ref('int_apps') }} as apps on days.app_id = apps.app_id
