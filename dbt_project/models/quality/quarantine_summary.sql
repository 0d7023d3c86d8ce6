select
    source,
    entity,
    reason_code,
    file_name,
    cast(row_count as bigint) as {{ adapter.quote("rows") }},
    cast(first_line_number as bigint) as first_line_number
from {{ ref("stg_meta__quarantine") }}
