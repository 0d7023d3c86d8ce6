{{ config(severity="warn", meta={"dagster": {"ref": {"name": "fct_ad_performance"}}}) }}

-- Accounts that the workbook maps and that no question was ever put to: their spend is missing everywhere.
select distinct
    mapped.platform,
    mapped.account_id,
    mapped.app_id
from {{ ref("stg_ops_workbook__ad_accounts") }} as mapped
left join {{ ref("stg_ad_platforms__pulls") }} as pulls
    on mapped.platform = pulls.platform and mapped.account_id = pulls.account_id
left join {{ ref("fct_ad_performance") }} as performance
    on mapped.platform = performance.platform and mapped.account_id = performance.account_id
where pulls.account_id is null and performance.account_id is null
