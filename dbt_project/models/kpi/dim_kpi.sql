select
    kpi_code,
    cast(caliber_version as integer) as caliber_version,
    name_en,
    name_zh,
    domain,
    definition,
    unit,
    direction,
    additivity,
    owner,
    cast(valid_from as date) as valid_from,
    {{ add_days("lead(cast(valid_from as date)) over (partition by kpi_code order by caliber_version)", -1) }} as valid_to
from {{ ref("int_kpi_definitions") }}
