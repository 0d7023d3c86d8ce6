{# Text, JSON, hashes and exact numbers. #}

{# The value of a top-level key of a JSON object as text; null when absent or JSON null. #}
{% macro json_value(json, key) %}{{ adapter.dispatch('json_value')(json, key) }}{% endmacro %}
{% macro default__json_value(json, key) -%}
    json_extract_string({{ json }}, '$."{{ key }}"')
{%- endmacro %}
{% macro spark__json_value(json, key) -%}
    get_json_object({{ json }}, '$.{{ key }}')
{%- endmacro %}

{# Exact decimal from text; null when the text is no number that fits. #}
{% macro decimal_from_text(value, precision=20, scale=6) %}{{ adapter.dispatch('decimal_from_text')(value, precision, scale) }}{% endmacro %}
{% macro default__decimal_from_text(value, precision, scale) -%}
    try_cast({{ value }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}
{% macro spark__decimal_from_text(value, precision, scale) -%}
    try_cast({{ value }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{# md5 hex over length-prefixed text: no two different lists give the same text. Null counts as a value of its own. #}
{% macro hash_key(columns) -%}
    md5(concat(
        {%- for column in columns %}
        coalesce(concat(cast(length(cast({{ column }} as {{ dbt.type_string() }})) as {{ dbt.type_string() }}), ':', cast({{ column }} as {{ dbt.type_string() }})), '-'), ';'
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ))
{%- endmacro %}

{# Half up away from zero, exact on decimals. #}
{% macro round_half_up(decimal_value, scale) -%}
    round({{ decimal_value }}, {{ scale }})
{%- endmacro %}

{# Ratio as DOUBLE; null when the denominator is 0 or null. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{# The domain of a URL in lower case, without port and www.; null when there is none. #}
{% macro url_domain(url) %}{{ adapter.dispatch('url_domain')(url) }}{% endmacro %}
{% macro default__url_domain(url) -%}
    nullif(regexp_extract(lower({{ url }}), '^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?(?:www\.)?([^/:?#]+)', 1), '')
{%- endmacro %}
{% macro spark__url_domain(url) -%}
    nullif(regexp_extract(lower({{ url }}), '^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?(?:www\\.)?([^/:?#]+)', 1), '')
{%- endmacro %}

{# A 64-bit number to look rows up by, in place of long texts; never leaves the warehouse, and two lists may share one. #}
{% macro lookup_key(columns) %}{{ adapter.dispatch('lookup_key')(columns) }}{% endmacro %}
{% macro default__lookup_key(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
{% macro spark__lookup_key(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{# Columns as one value with fields of their names, ordered by the first, then the next. #}
{% macro packed(columns) %}{{ adapter.dispatch('packed')(columns) }}{% endmacro %}
{% macro default__packed(columns) -%}
    struct_pack({% for column in columns %}{{ column }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
{% macro spark__packed(columns) -%}
    named_struct({% for column in columns %}'{{ column }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
