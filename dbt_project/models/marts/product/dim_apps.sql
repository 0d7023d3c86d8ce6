select
    app_id,
    app_name,
    timezone,
    week_start,
    currency_code,
    cast(launch_date as date) as launch_date,
    cast(last_complete_date as date) as last_complete_date,
    cast(is_listed as boolean) as is_listed
from {{ ref('int_apps') }}
where is_listed or is_seen_in_data
