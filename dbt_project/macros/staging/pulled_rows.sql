{# Rows of the newest whole answer of an API for each account and day. `columns` maps our name to an expression over
   `answers`; `key` are raw columns that name a row within account and day. #}
{% macro pulled_rows(source_name, entity, date_column, key, columns) -%}
-- depends_on: {{ source(source_name, entity) }}
-- A pull's rows are found by its batch: what a newer whole pull no longer holds has vanished.
select
    answers.app_id,
    answers.account_id,
    {% for name, expression in columns.items() -%}
    {{ expression }} as {{ name }},
    {% endfor -%}
    pulls.observed_at,
    pulls.batch_id
from {{ read_raw(source_name, entity) }} as answers
inner join {{ ref('stg_' ~ source_name ~ '__pulls') }} as pulls
    on
        answers._batch_id = pulls.batch_id
        and answers.account_id = pulls.account_id
        and answers.{{ date_column }} = pulls.report_date
        and pulls.entity = '{{ entity }}'
        and pulls.is_newest
qualify row_number() over (
    partition by answers.account_id, answers.{{ date_column }}, {{ key | join(', ') }}
    order by pulls.observed_at desc, answers._source_row desc, answers._source_file desc, answers._content_hash
) = 1
{%- endmacro %}
