-- depends_on: {{ source('ops_workbook', 'calendar') }}
with snapshot as (
    {{ newest_snapshot('calendar', ['calendar_date']) }}
)

select
    calendar_date,
    holiday_name,
    is_workday,
    spring_festival_offset_days,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
