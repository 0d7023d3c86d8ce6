select
    source,
    entity,
    batch_id,
    path,
    {{ adapter.quote("rows") }} as row_count
from {{ source('meta', 'raw_files') }}
