select
    source,
    entity,
    reason_code,
    file_name,
    cast(sum({{ adapter.quote("rows") }}) as bigint) as row_count,
    min(first_line_number) as first_line_number
from {{ source('meta', 'quarantine') }}
group by source, entity, reason_code, file_name
