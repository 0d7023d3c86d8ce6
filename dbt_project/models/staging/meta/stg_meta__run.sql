select
    run_id,
    cast(as_of as timestamp) as as_of,
    reporting_currency,
    reporting_timezone,
    week_start,
    code_version
from {{ source('meta', 'run') }}
