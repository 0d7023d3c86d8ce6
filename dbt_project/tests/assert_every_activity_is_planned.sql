{{ config(severity="warn", meta={"dagster": {"ref": {"name": "dim_activities"}}}) }}

-- Activities that orders, costs or events name and the workbook does not plan: they are in no activity mart.
with named as (
    select app_id, activity_id, 'events' as named_by from {{ ref("int_events") }}
    union
    select app_id, activity_id, 'orders' as named_by from {{ ref("int_orders") }}
    union
    select app_id, activity_id, 'points' as named_by from {{ ref("int_activity_points") }}
    union
    select app_id, activity_id, 'ad spend' as named_by from {{ ref("int_ad_performance") }}
    union
    select app_id, activity_id, 'channel costs' as named_by from {{ ref("int_channel_costs") }}
)

select
    named.app_id,
    named.activity_id,
    named.named_by
from named
left join {{ ref("dim_activities") }} as activities
    on named.app_id = activities.app_id and named.activity_id = activities.activity_id
where named.activity_id is not null and activities.activity_id is null
