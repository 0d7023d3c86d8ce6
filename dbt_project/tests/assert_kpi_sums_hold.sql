-- Counts and money are sums: of the apps, since a company user is (app_id, user_id), distinct counts included (weeks are left
-- out: an app's may start on another day than the company's); of additive KPIs the same total by days, weeks and months,
-- and in every period the values of a dimension.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

with kpis as (
    select
        kpi.*,
        definitions.additivity = 'additive' as is_additive
    from {{ ref("fct_kpi") }} as kpi
    inner join {{ ref("dim_kpi") }} as definitions
        on kpi.kpi_code = definitions.kpi_code and kpi.caliber_version = definitions.caliber_version
    where kpi.denominator is null
),

dimensions as (
    select distinct kpi_code, caliber_version, dimension, app_id = '*' as is_company
    from kpis
    where is_additive and dimension <> 'all'
),

-- What must be equal: for each identity the rows of both sides, the second negative.
sides as (
    select
        'company = sum of apps' as broken_identity,
        '*' as app_id,
        kpi_code,
        caliber_version,
        grain,
        period_start,
        'app' as dimension,
        'all' as dimension_value,
        case when app_id = '*' then numerator else -numerator end as signed
    from kpis
    where dimension = 'all' and grain <> 'week'
    union all
    select
        'sum of values = all',
        kpis.app_id,
        kpis.kpi_code,
        kpis.caliber_version,
        kpis.grain,
        kpis.period_start,
        dimensions.dimension,
        'all',
        case when kpis.dimension = 'all' then -kpis.numerator else kpis.numerator end
    from kpis
    inner join dimensions
        on
            kpis.kpi_code = dimensions.kpi_code
            and kpis.caliber_version = dimensions.caliber_version
            and kpis.dimension in ('all', dimensions.dimension)
            and (kpis.app_id = '*') = dimensions.is_company
    where kpis.is_additive
    {% for grain in ["week", "month"] %}
    union all
    select
        'sum of days = sum of {{ grain }}s',
        app_id,
        kpi_code,
        caliber_version,
        '{{ grain }}',
        cast(null as date),
        dimension,
        dimension_value,
        case when grain = 'day' then numerator else -numerator end
    from kpis
    where is_additive and grain in ('day', '{{ grain }}')
    {% endfor %}
)

select
    broken_identity,
    app_id,
    kpi_code,
    caliber_version,
    grain,
    period_start,
    dimension,
    dimension_value,
    sum(signed) as difference
from sides
group by broken_identity, app_id, kpi_code, caliber_version, grain, period_start, dimension, dimension_value
having sum(signed) <> 0
