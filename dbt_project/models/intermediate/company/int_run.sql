select
    run_id,
    as_of,
    reporting_currency,
    reporting_timezone,
    week_start,
    code_version
from {{ ref('stg_meta__run') }}
