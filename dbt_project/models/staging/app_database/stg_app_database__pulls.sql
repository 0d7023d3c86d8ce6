-- depends_on: {{ source('app_database', 'pulls') }}
with pulls as (
    select
        account_id,
        entity,
        cast(observed_at as timestamp) as observed_at,
        status,
        cast({{ adapter.quote("rows") }} as bigint) as rows_pulled,
        message,
        _batch_id as batch_id
    from {{ read_raw('app_database', 'pulls') }}
)

select pulls.*
from pulls
cross join {{ ref('stg_meta__run') }} as run
where pulls.observed_at <= run.as_of
-- A failed question that was put again at the same moment counts as answered.
qualify row_number() over (
    partition by pulls.account_id, pulls.entity, pulls.observed_at
    order by pulls.status, pulls.batch_id desc
) = 1
