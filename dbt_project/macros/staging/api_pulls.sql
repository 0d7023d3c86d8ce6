{# The questions put to an API up to the run's as-of moment; `is_newest` marks the whole answer that counts. #}
{% macro api_pulls(source_name) -%}
-- depends_on: {{ source(source_name, 'pulls') }}
with pulls as (
    select
        account_id,
        entity,
        report_date,
        cast(observed_at as timestamp) as observed_at,
        status,
        cast({{ adapter.quote("rows") }} as bigint) as rows_pulled,
        message,
        _batch_id as batch_id
    from {{ read_raw(source_name, 'pulls') }}
),

known as (
    select pulls.*
    from pulls
    cross join {{ ref('stg_meta__run') }} as run
    where pulls.observed_at <= run.as_of
    -- A failed question that was put again at the same moment counts as answered.
    qualify row_number() over (
        partition by account_id, entity, report_date, observed_at
        order by status, batch_id desc
    ) = 1
)

select
    {{ hash_key(['account_id', 'entity', 'report_date', 'observed_at']) }} as pull_id,
    account_id,
    entity,
    report_date,
    observed_at,
    status,
    rows_pulled,
    message,
    batch_id,
    status = 'complete' as is_whole,
    status = 'complete' and row_number() over (
        partition by account_id, entity, report_date, status
        order by observed_at desc
    ) = 1 as is_newest
from known
{%- endmacro %}
