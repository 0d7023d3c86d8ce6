{{ config(severity="warn", meta={"dagster": {"ref": {"name": "fct_channel_daily"}}}) }}

-- A channel with spend of an ad account and a cost by hand on one date, or with a cost in the workbook and in a sheet
-- of offline promotion: is it the same money?
select
    app_id,
    channel,
    acquisition_date,
    ad_cost,
    other_cost
from {{ ref("fct_channel_daily") }}
where ad_cost <> 0 and other_cost <> 0
union all
select
    app_id,
    channel,
    cost_date as acquisition_date,
    sum(case when origin = 'workbook' then amount_reporting else 0 end) as ad_cost,
    sum(case when origin <> 'workbook' then amount_reporting else 0 end) as other_cost
from {{ ref("int_channel_costs") }}
group by app_id, channel, cost_date
having count(distinct origin) > 1
