{{ config(severity="warn", meta={"dagster": {"ref": {"name": "fct_ad_performance"}}}) }}

-- Account days whose figures changed between two pulls that both came after the platform's restatement window:
-- the window in seeds/ad_platforms.csv and restatement_days in sources.yaml are too short.
with totals as (
    select
        platform,
        account_id,
        report_date,
        observed_at,
        cast(sum(spend) as decimal(38, 6)) as spend,
        cast(sum(conversions) as decimal(38, 6)) as conversions
    from {{ ref("int_ad_observations") }}
    where is_mature
    group by platform, account_id, report_date, observed_at
),

compared as (
    select
        totals.*,
        lag(spend) over (partition by platform, account_id, report_date order by observed_at) as spend_before,
        lag(conversions) over (partition by platform, account_id, report_date order by observed_at) as conversions_before
    from totals
)

select *
from compared
where spend <> spend_before or conversions <> conversions_before
