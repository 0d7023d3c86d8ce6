select
    app_id,
    left_out_reason as reason,
    event_date,
    cast(count(*) as bigint) as events,
    min(event_id) as example_event_id
from {{ ref('int_kept_events') }}
where left_out_reason is not null
group by app_id, left_out_reason, event_date
