{# Rows of a table that is read whole, time and again: per key the newest accepted observation up to the run's as-of moment. #}
{% macro latest_observation(source_name, entity, key) %}
    select observed.*
    from {{ read_raw(source_name, entity) }} as observed
    cross join {{ ref('stg_meta__run') }} as run
    where cast(observed._observed_at as timestamp) <= run.as_of
    qualify row_number() over (
        partition by observed.{{ key | join(', observed.') }}
        order by observed._observed_at desc, observed._batch_id desc, observed._source_row desc
    ) = 1
{% endmacro %}
