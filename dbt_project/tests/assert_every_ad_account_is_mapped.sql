{{ config(severity="warn", meta={"dagster": {"ref": {"name": "int_ad_performance"}}}) }}

-- Spend that the workbook's ad_accounts books on no app: it stands under app default, channel unmapped.
select
    platform,
    account_id,
    campaign_id,
    min(report_date) as first_date,
    max(report_date) as last_date,
    sum(spend_reporting) as spend_reporting
from {{ ref("int_ad_performance") }}
where not is_mapped
group by platform, account_id, campaign_id
