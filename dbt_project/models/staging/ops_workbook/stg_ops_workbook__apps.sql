-- depends_on: {{ source('ops_workbook', 'apps') }}
with snapshot as (
    {{ newest_snapshot('apps', ['app_id']) }}
)

select
    app_id,
    coalesce(app_name, app_id) as app_name,
    coalesce(timezone, 'Asia/Shanghai') as timezone,
    coalesce(week_start, 'monday') as week_start,
    coalesce(upper(currency), 'CNY') as currency,
    launch_date,
    events_since,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
