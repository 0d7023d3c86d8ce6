{{ config(materialized="view") }}
select
    app_id,
    kpi_code,
    caliber_version,
    grain,
    period_start,
    dimension,
    dimension_value,
    value,
    numerator,
    denominator,
    currency_code,
    is_complete
from {{ ref("fct_kpi") }}
where is_current
