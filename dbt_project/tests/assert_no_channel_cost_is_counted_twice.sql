{{ config(severity="warn", meta={"dagster": {"ref": {"name": "fct_channel_daily"}}}) }}

-- A channel with spend of an ad account and a cost by hand on one date: is it the same money?
select
    app_id,
    channel,
    acquisition_date,
    ad_cost,
    other_cost
from {{ ref("fct_channel_daily") }}
where ad_cost <> 0 and other_cost <> 0
