{# Rows of every whole pull of an ad platform's daily report. `spend` gives units of the account's currency, decimal(20, 6);
   `levels` are the columns between account and day: those that end in _id belong to the key. #}
{% macro ad_performance(source_name, entity, spend, levels=[]) -%}
-- depends_on: {{ source(source_name, entity) }}
-- A pull's rows are found by its batch: what a newer whole pull no longer holds has vanished.
select
    answers.account_id,
    answers.account_name,
    answers.currency_code,
    answers.time_zone,
    {% for level in levels -%}
    answers.{{ level }},
    {% endfor -%}
    answers.report_date,
    {{ spend }} as spend,
    cast(answers.impressions as bigint) as impressions,
    cast(answers.clicks as bigint) as clicks,
    cast(answers.conversions as decimal(20, 6)) as conversions,
    cast(answers.conversion_value as decimal(20, 6)) as conversion_value,
    cast(answers.video_views as bigint) as video_views,
    pulls.observed_at,
    pulls.batch_id,
    pulls.is_newest
from {{ read_raw(source_name, entity) }} as answers
inner join {{ ref('stg_' ~ source_name ~ '__pulls') }} as pulls
    on
        answers._batch_id = pulls.batch_id
        and answers.account_id = pulls.account_id
        and answers.report_date = pulls.report_date
        and pulls.entity = '{{ entity }}'
        and pulls.is_whole
-- Pages that shift while they are read may bring a row twice: the later answer counts.
qualify row_number() over (
    partition by answers.account_id, {% for level in levels if level.endswith('_id') %}answers.{{ level }}, {% endfor %}answers.report_date, pulls.observed_at
    order by answers._source_row desc, answers._source_file desc, answers._content_hash
) = 1
{%- endmacro %}

{# From the ad upwards, as every platform's contract names them. #}
{% macro ad_levels() -%}
    {{ return(['campaign_id', 'campaign_name', 'ad_group_id', 'ad_group_name', 'ad_id', 'ad_name']) }}
{%- endmacro %}

{# Millionths of a currency as its units, exactly. #}
{% macro from_micros(column) -%}
    cast(cast({{ column }} as decimal(20, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(20, 6))
{%- endmacro %}
