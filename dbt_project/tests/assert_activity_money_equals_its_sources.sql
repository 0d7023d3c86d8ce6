{{ config(meta={"dagster": {"ref": {"name": "fct_activity_daily"}}}) }}

-- Nothing of a planned activity's money is lost or counted twice between the sources and the mart.
with sources as (
    select app_id, activity_id, net_amount_reporting as net_revenue, 0 as cost
    from {{ ref("fct_orders") }}
    union all
    select app_id, activity_id, 0 as net_revenue, discount_amount_reporting as cost
    from {{ ref("int_orders") }}
    union all
    select app_id, activity_id, 0 as net_revenue, cost_amount_reporting as cost
    from {{ ref("int_activity_points") }}
    union all
    select app_id, activity_id, 0 as net_revenue, spend_reporting as cost
    from {{ ref("fct_ad_performance") }}
    union all
    select app_id, activity_id, 0 as net_revenue, amount_reporting as cost
    from {{ ref("int_channel_costs") }}
),

expected as (
    select
        sources.app_id,
        sources.activity_id,
        sum(sources.net_revenue) as net_revenue,
        sum(coalesce(sources.cost, 0)) as cost
    from sources
    inner join {{ ref("dim_activities") }} as activities
        on sources.app_id = activities.app_id and sources.activity_id = activities.activity_id
    group by sources.app_id, sources.activity_id
),

booked as (
    select
        app_id,
        activity_id,
        sum(net_revenue) as net_revenue,
        sum(total_cost) as cost
    from {{ ref("fct_activity_daily") }}
    group by app_id, activity_id
)

select *
from expected
full outer join booked using (app_id, activity_id)
where
    coalesce(expected.net_revenue, 0) <> coalesce(booked.net_revenue, 0)
    or coalesce(expected.cost, 0) <> coalesce(booked.cost, 0)
