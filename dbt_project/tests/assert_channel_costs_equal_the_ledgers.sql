{{ config(meta={"dagster": {"ref": {"name": "fct_channel_daily"}}}) }}

with ledgers as (
    select app_id, spend_reporting as ad_cost, 0 as other_cost
    from {{ ref("fct_ad_performance") }}
    union all
    select app_id, 0 as ad_cost, amount_reporting as other_cost
    from {{ ref("int_channel_costs") }}
),

by_ledger as (
    select app_id, sum(ad_cost) as ad_cost, sum(other_cost) as other_cost
    from ledgers
    group by app_id
),

by_channel as (
    select app_id, sum(ad_cost) as ad_cost, sum(other_cost) as other_cost, sum(cost) as cost
    from {{ ref("fct_channel_daily") }}
    group by app_id
)

select *
from by_ledger
full outer join by_channel using (app_id)
where
    coalesce(by_ledger.ad_cost, 0) <> coalesce(by_channel.ad_cost, 0)
    or coalesce(by_ledger.other_cost, 0) <> coalesce(by_channel.other_cost, 0)
    or coalesce(by_channel.cost, 0) <> coalesce(by_ledger.ad_cost, 0) + coalesce(by_ledger.other_cost, 0)
