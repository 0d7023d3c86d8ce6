-- MetricFlow asks for one row per day; wide enough for orders older than the app and for planned dates.
select {{ each_day("cast('2000-01-01' as date)", add_days("cast(as_of as date)", 400)) }} as date_day
from {{ ref("int_run") }}
