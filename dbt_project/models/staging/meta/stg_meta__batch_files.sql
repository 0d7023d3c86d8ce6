select
    batch_id,
    source,
    entity,
    file_name,
    state,
    observed_at,
    rows_read,
    rows_landed,
    rows_quarantined
from {{ source('meta', 'batch_files') }}
