-- Every KPI has a row for every period of every app that has its feeds, complete where the period is: a metric that no
-- model reads would have none. One that exists in a dimension alone has no totals. Whatever the periods are, days have
-- no gap from the first to the running day of an app, or to the end of its life.
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
where
    plan.has_total
    and (kpi.kpi_code is null or (periods.is_complete and not kpi.is_complete and plan.open_name is null))
union all
select
    kpi.kpi_code,
    kpi.caliber_version,
    kpi.app_id,
    kpi.grain,
    max(kpi.period_start)
from {{ ref("fct_kpi") }} as kpi
inner join {{ ref("int_kpi_plan") }} as plan
    on
        kpi.kpi_code = plan.kpi_code
        and kpi.caliber_version = plan.caliber_version
        and kpi.grain = plan.grain
        and plan.has_total
inner join {{ ref("int_app_lives") }} as lives on kpi.app_id = lives.app_id and lives.first_date <= kpi.period_start
where kpi.grain = 'day' and kpi.dimension = 'all'
group by kpi.kpi_code, kpi.caliber_version, kpi.app_id, kpi.grain
having
    max(kpi.period_start) <> max(lives.last_date)
    or count(*) <> {{ days_between("min(kpi.period_start)", "max(kpi.period_start)") }} + 1
union all
select plan.kpi_code, plan.caliber_version, null, plan.grain, null
from {{ ref("int_kpi_plan") }} as plan
left join {{ ref("dim_kpi") }} as definitions
    on plan.kpi_code = definitions.kpi_code and plan.caliber_version = definitions.caliber_version
where definitions.kpi_code is null
