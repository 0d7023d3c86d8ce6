{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

-- Every order with money in it is shared out whole, by each of the six models, and nothing else is.
with conversions as (
    select
        app_id,
        order_id as conversion_id,
        cast(net_amount_reporting as decimal(38, 6)) as revenue
    from {{ ref('fct_orders') }}
    where gross_amount > 0
),

shares as (
    select
        app_id,
        conversion_id,
        attribution_model,
        cast(sum(credit) as decimal(38, 6)) as credit,
        cast(sum(attributed_revenue) as decimal(38, 6)) as revenue
    from {{ ref('fct_attribution') }}
    group by app_id, conversion_id, attribution_model
),

totals as (
    select
        app_id,
        conversion_id,
        cast(count(*) as bigint) as models,
        min(credit) as lowest_credit,
        max(credit) as highest_credit,
        min(revenue) as lowest_revenue,
        max(revenue) as highest_revenue
    from shares
    group by app_id, conversion_id
)

select
    coalesce(conversions.app_id, totals.app_id) as app_id,
    coalesce(conversions.conversion_id, totals.conversion_id) as conversion_id,
    conversions.revenue,
    totals.lowest_revenue,
    totals.highest_revenue,
    totals.lowest_credit,
    totals.highest_credit,
    totals.models
from conversions
full outer join totals
    on conversions.app_id = totals.app_id and conversions.conversion_id = totals.conversion_id
where
    conversions.conversion_id is null
    or coalesce(totals.models, 0) <> 6
    or totals.lowest_credit <> 1
    or totals.highest_credit <> 1
    or totals.lowest_revenue <> conversions.revenue
    or totals.highest_revenue <> conversions.revenue
