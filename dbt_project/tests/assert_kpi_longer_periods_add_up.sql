-- Additive KPIs: days, weeks and months are the same rows, added up.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

select
    kpi.app_id,
    kpi.kpi_code,
    kpi.caliber_version,
    kpi.dimension,
    kpi.dimension_value,
    sum(case when kpi.grain = 'day' then kpi.numerator end) as days,
    sum(case when kpi.grain = 'week' then kpi.numerator end) as weeks,
    sum(case when kpi.grain = 'month' then kpi.numerator end) as months
from {{ ref("fct_kpi") }} as kpi
inner join {{ ref("dim_kpi") }} as definitions
    on kpi.kpi_code = definitions.kpi_code and kpi.caliber_version = definitions.caliber_version
where definitions.additivity = 'additive' and kpi.denominator is null
group by kpi.app_id, kpi.kpi_code, kpi.caliber_version, kpi.dimension, kpi.dimension_value
having
    sum(case kpi.grain when 'day' then kpi.numerator when 'week' then -kpi.numerator else 0 end) <> 0
    or sum(case kpi.grain when 'day' then kpi.numerator when 'month' then -kpi.numerator else 0 end) <> 0
