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

-- A dimension value whose parts are all 0 has no row: nobody active and nobody paying on the day of a refund.
select *
from factors
where
    coalesce(arpu_numerator, 0) <> coalesce(arppu_numerator, 0)
    or coalesce(arppu_denominator, 0) <> coalesce(paying_numerator, 0)
    or coalesce(arpu_denominator, 0) <> coalesce(paying_denominator, 0)
