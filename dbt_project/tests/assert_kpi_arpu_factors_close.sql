-- ARPU = paying rate x ARPPU, exactly, on their parts.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

with factors as (
    select
        app_id,
        grain,
        period_start,
        dimension,
        dimension_value,
        max(case when kpi_code = 'arpu' then numerator end) as arpu_numerator,
        max(case when kpi_code = 'arpu' then denominator end) as arpu_denominator,
        max(case when kpi_code = 'arppu' then numerator end) as arppu_numerator,
        max(case when kpi_code = 'arppu' then denominator end) as arppu_denominator,
        max(case when kpi_code = 'paying_rate' then numerator end) as paying_numerator,
        max(case when kpi_code = 'paying_rate' then denominator end) as paying_denominator
    from {{ ref("fct_kpi") }}
    where kpi_code in ('arpu', 'arppu', 'paying_rate') and is_current
    group by app_id, grain, period_start, dimension, dimension_value
)

-- Where nobody paid and nothing was refunded, a dimension value has no ARPPU row.
select *
from factors
where
    arpu_numerator <> coalesce(arppu_numerator, 0)
    or coalesce(arppu_denominator, 0) <> coalesce(paying_numerator, 0)
    or arpu_denominator is distinct from paying_denominator
    or (arpu_numerator is null and coalesce(arppu_numerator, 0) <> 0)
