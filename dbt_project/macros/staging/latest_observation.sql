{# Rows of a table of the app database: per key the newest accepted observation up to the run's as-of moment. A row whose
   newest observation says that it is gone has left the table; all_observations keeps its history. #}
{% macro latest_observation(source_name, entity, key) %}
    select observed.*
    from {{ read_raw(source_name, entity) }} as observed
    cross join {{ ref('stg_meta__run') }} as run
    where cast(observed._observed_at as timestamp) <= run.as_of
    qualify row_number() over (
        partition by observed.{{ key | join(', observed.') }}
        order by observed._observed_at desc, observed._batch_id desc, observed._source_row desc
    ) = 1 and not coalesce(observed.is_deleted, false)
{% endmacro %}

{# Every accepted observation of every key up to the run's as-of moment: what rows said, and when they were gone. #}
{% macro all_observations(source_name, entity, key) %}
    select observed.*
    from {{ read_raw(source_name, entity) }} as observed
    cross join {{ ref('stg_meta__run') }} as run
    where cast(observed._observed_at as timestamp) <= run.as_of
    -- A key that one reading gives twice: the row that stands further down counts.
    qualify row_number() over (
        partition by observed.{{ key | join(', observed.') }}, observed._observed_at
        order by observed._batch_id desc, observed._source_row desc
    ) = 1
{% endmacro %}
