{# Rows of an entity that is asked for its present state, in every whole pull, one platform after the other. `figures` is a
   caller macro's text per platform; columns that end in _id are the key. #}
{% macro ad_platform_states(entity, columns) -%}
{%- for platform in ad_platforms() %}
-- depends_on: {{ source(platform, entity) }}
select
    '{{ platform }}' as platform,
    {% for column in columns -%}
    answers.{{ column }},
    {% endfor -%}
    {{ caller(platform) | trim }},
    pulls.observed_at,
    pulls.batch_id,
    pulls.is_newest
from {{ read_raw(platform, entity) }} as answers
inner join {{ ref('stg_ad_platforms__pulls') }} as pulls
    on
        answers._batch_id = pulls.batch_id
        and answers.account_id = pulls.account_id
        and pulls.report_date is null
        and pulls.platform = '{{ platform }}'
        and pulls.entity = '{{ entity }}'
        and pulls.is_whole
qualify row_number() over (
    partition by {% for column in columns if column.endswith('_id') %}answers.{{ column }}, {% endfor %}pulls.observed_at
    order by answers._source_row desc, answers._source_file desc, answers._content_hash
) = 1
{% if not loop.last %}union all{% endif %}
{%- endfor %}
{%- endmacro %}
