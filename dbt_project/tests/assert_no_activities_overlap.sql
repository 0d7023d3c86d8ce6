{{ config(severity="warn", meta={"dagster": {"ref": {"name": "dim_activities"}}}) }}

-- Activities of one app on the same dates: what one of them did cannot be told from what the other did.
select
    app_id,
    activity_id,
    activity_name,
    start_date,
    end_date,
    overlapping_activity_ids
from {{ ref("dim_activities") }}
where overlapping_activity_ids is not null
