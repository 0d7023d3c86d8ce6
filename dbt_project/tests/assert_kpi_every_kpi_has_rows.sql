-- Every KPI has a row for every period of every app that has its feeds: a metric that no model reads would have none.
-- One that exists in a dimension alone has no totals.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

select
    plan.kpi_code,
    plan.caliber_version,
    periods.app_id,
    periods.grain,
    periods.period_start
from {{ ref("int_kpi_plan") }} as plan
inner join {{ ref("int_kpi_periods") }} as periods on plan.rule = periods.rule and plan.grain = periods.grain
left join {{ ref("fct_kpi") }} as kpi
    on
        plan.kpi_code = kpi.kpi_code
        and plan.caliber_version = kpi.caliber_version
        and periods.app_id = kpi.app_id
        and periods.grain = kpi.grain
        and periods.period_start = kpi.period_start
        and kpi.dimension = 'all'
where kpi.kpi_code is null and plan.has_total
union all
select plan.kpi_code, plan.caliber_version, null, plan.grain, null
from {{ ref("int_kpi_plan") }} as plan
left join {{ ref("dim_kpi") }} as definitions
    on plan.kpi_code = definitions.kpi_code and plan.caliber_version = definitions.caliber_version
where definitions.kpi_code is null
