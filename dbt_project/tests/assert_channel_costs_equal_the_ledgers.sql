{{ config(meta={"dagster": {"ref": {"name": "fct_channel_daily"}}}) }}

-- What the ledgers book on a channel and day is its cost there, no more and no less: so are the sums of any longer period.
with ledgers as (
    select app_id, channel, report_date as day, spend_reporting as ad_cost, 0 as other_cost
    from {{ ref("fct_ad_performance") }}
    union all
    select app_id, channel, cost_date, 0, amount_reporting
    from {{ ref("int_channel_costs") }}
    union all
    select app_id, channel, acquisition_date, -ad_cost, -other_cost
    from {{ ref("fct_channel_daily") }}
)

select app_id, channel, day, sum(ad_cost) as ad_cost_missing, sum(other_cost) as other_cost_missing
from ledgers
group by app_id, channel, day
having sum(ad_cost) <> 0 or sum(other_cost) <> 0
