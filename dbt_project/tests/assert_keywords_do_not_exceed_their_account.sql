{{ config(meta={"dagster": {"ref": {"name": "fct_ad_keyword_daily"}}}) }}

-- Keywords are a part of what their account spent and showed; compared where both were asked at the same moment, since a
-- day may be restated in between.
with keywords as (
    select
        platform,
        account_id,
        report_date,
        observed_at,
        sum(spend) as spend,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from {{ ref("fct_ad_keyword_daily") }}
    group by platform, account_id, report_date, observed_at
)

select
    keywords.platform,
    keywords.account_id,
    keywords.report_date,
    keywords.spend,
    totals.spend as account_spend
from keywords
inner join {{ ref("stg_ad_platforms__account_performance") }} as totals
    on
        keywords.platform = totals.platform
        and keywords.account_id = totals.account_id
        and keywords.report_date = totals.report_date
        and keywords.observed_at = totals.observed_at
where
    keywords.spend > totals.spend
    or keywords.impressions > totals.impressions
    or keywords.clicks > totals.clicks
