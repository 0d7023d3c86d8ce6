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
