-- A company user is (app_id, user_id), so the company's counts and money are sums over apps, distinct counts included.
-- Weeks are left out: an app's may start on another day than the company's.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

select
    kpi_code,
    caliber_version,
    grain,
    period_start,
    sum(case when app_id = '*' then numerator else 0 end) as company,
    sum(case when app_id <> '*' then numerator else 0 end) as apps
from {{ ref("fct_kpi") }}
where dimension = 'all' and denominator is null and grain in ('day', 'month')
group by kpi_code, caliber_version, grain, period_start
having sum(case when app_id = '*' then numerator else -numerator end) <> 0
