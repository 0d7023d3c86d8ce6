{# The ad platforms, as in ingestion/sources/ad_accounts/platforms.py: unit of spend and of conversion values,
   and the entities that not every platform has. seeds/ad_platforms.csv says how each behaves. #}
{% macro ad_platform_facts() %}
    {{ return({
        'google_ads': {'cost': 'micros', 'value': 'units', 'has': ['hourly_performance', 'keyword_performance']},
        'meta_ads': {'cost': 'units', 'value': 'units', 'has': ['hourly_performance']},
        'tiktok_ads': {'cost': 'units', 'value': 'units', 'has': ['hourly_performance']},
        'ocean_engine': {'cost': 'units', 'value': 'units', 'has': ['hourly_performance']},
        'tencent_ads': {'cost': 'fen', 'value': 'fen', 'has': ['hourly_performance']},
        'baidu_ads': {'cost': 'units', 'value': 'units', 'has': ['hourly_performance', 'keyword_performance']},
        'xiaohongshu_ads': {'cost': 'units', 'value': 'units', 'has': []},
        'kuaishou_ads': {'cost': 'units', 'value': 'units', 'has': ['hourly_performance']},
    }) }}
{% endmacro %}

{# Names of all platforms, or of those that have an entity which not all have. #}
{% macro ad_platforms(entity=none) %}
    {% set names = [] %}
    {% for name, facts in ad_platform_facts().items() %}
        {% if entity is none or entity in facts['has'] %}{% do names.append(name) %}{% endif %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{# An amount of a platform's raw table in units of the account's currency, exactly: decimal(20, 6). #}
{% macro platform_money(platform, column, kind='cost') -%}
    {%- set unit = ad_platform_facts()[platform][kind] -%}
    {%- if unit == 'units' -%}
    cast({{ column }} as decimal(20, 6))
    {%- elif unit == 'fen' -%}
    cast(cast({{ column }}_fen as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(20, 6))
    {%- elif unit == 'micros' -%}
    cast(cast({{ column }}_micros as decimal(20, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(20, 6))
    {%- endif -%}
{%- endmacro %}

{# Rows of a daily entity in every whole pull, one platform after the other. A pull's rows are found by its batch:
   what a newer whole pull no longer holds has vanished. `columns` come from the raw table `answers` (those that end in
   _id belong to the key, as do `key` and the day), `figures` is a caller macro's text per platform. Where an entity also
   holds what the account states of itself, the ids of an ad are (account) there. #}
{% macro ad_platform_days(entity, columns, key=[], optional=false) -%}
{%- set ids = key | list -%}
{%- for column in columns if column.endswith('_id') %}{% do ids.append(column) %}{% endfor -%}
{%- for platform in ad_platforms(entity if optional else none) %}
-- depends_on: {{ source(platform, entity) }}
select
    '{{ platform }}' as platform,
    {% for column in columns -%}
    {% if column in ('campaign_id', 'ad_group_id', 'ad_id') -%}
    coalesce(answers.{{ column }}, '(account)') as {{ column }},
    {% else -%}
    answers.{{ column }},
    {% endif -%}
    {% endfor -%}
    answers.report_date,
    {{ caller(platform) | trim }},
    pulls.observed_at,
    pulls.batch_id,
    pulls.is_newest
from {{ read_raw(platform, entity) }} as answers
inner join {{ ref('stg_ad_platforms__pulls') }} as pulls
    on
        answers._batch_id = pulls.batch_id
        and answers.account_id = pulls.account_id
        and answers.report_date = pulls.report_date
        and pulls.platform = '{{ platform }}'
        and pulls.entity = '{{ entity }}'
        and pulls.is_whole
-- Pages that shift while they are read may bring a row twice: the later answer counts.
qualify row_number() over (
    partition by {% for column in ids %}answers.{{ column }}, {% endfor %}answers.report_date, pulls.observed_at
    order by answers._source_row desc, answers._source_file desc, answers._content_hash
) = 1
{% if not loop.last %}union all{% endif %}
{%- endfor %}
{%- endmacro %}

{# Figures of the daily reports of ads and of accounts. #}
{% macro ad_figures(platform) -%}
    {{ platform_money(platform, 'answers.cost') }} as spend,
    cast(answers.impressions as bigint) as impressions,
    cast(answers.clicks as bigint) as clicks,
    cast(answers.conversions as decimal(20, 6)) as conversions,
    {{ platform_money(platform, 'answers.conversion_value', 'value') }} as conversion_value,
    cast(answers.video_views as bigint) as video_views
{%- endmacro %}

{# The account's columns in every daily entity, and the levels from the campaign to the ad. #}
{% macro ad_account_columns() %}{{ return(['account_id', 'account_name', 'currency_code', 'time_zone']) }}{% endmacro %}

{% macro ad_levels() %}
    {{ return(['campaign_id', 'campaign_name', 'ad_group_id', 'ad_group_name', 'ad_id', 'ad_name']) }}
{% endmacro %}
