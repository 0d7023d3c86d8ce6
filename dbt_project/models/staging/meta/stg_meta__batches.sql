select
    batch_id,
    source,
    entity,
    file_name,
    state,
    observed_at,
    landed_at,
    rows_read,
    rows_landed,
    rows_duplicate,
    rows_quarantined,
    rows_blank,
    sha256
from {{ source('meta', 'batches') }}
