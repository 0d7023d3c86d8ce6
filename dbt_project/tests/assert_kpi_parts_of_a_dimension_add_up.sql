-- Additive KPIs: the values of a dimension sum to all.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

with additive as (
    select kpi.*
    from {{ ref("fct_kpi") }} as kpi
    inner join {{ ref("dim_kpi") }} as definitions
        on kpi.kpi_code = definitions.kpi_code and kpi.caliber_version = definitions.caliber_version
    where definitions.additivity = 'additive' and kpi.denominator is null
),

dimensions as (
    select distinct kpi_code, caliber_version, dimension, app_id = '*' as is_company
    from additive
    where dimension <> 'all'
),

totals as (
    select
        additive.app_id,
        additive.kpi_code,
        additive.caliber_version,
        additive.grain,
        additive.period_start,
        dimensions.dimension,
        additive.numerator as total
    from additive
    inner join dimensions
        on
            additive.kpi_code = dimensions.kpi_code
            and additive.caliber_version = dimensions.caliber_version
            and (additive.app_id = '*') = dimensions.is_company
    where additive.dimension = 'all'
),

parts as (
    select
        app_id,
        kpi_code,
        caliber_version,
        grain,
        period_start,
        dimension,
        sum(numerator) as total
    from additive
    where dimension <> 'all'
    group by app_id, kpi_code, caliber_version, grain, period_start, dimension
)

select
    app_id,
    kpi_code,
    caliber_version,
    grain,
    period_start,
    dimension,
    totals.total,
    parts.total as sum_of_parts
from totals
full outer join parts using (app_id, kpi_code, caliber_version, grain, period_start, dimension)
where coalesce(totals.total, 0) <> coalesce(parts.total, 0)
