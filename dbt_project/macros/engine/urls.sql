{# The decoded value of a parameter of a URL's query; null when absent or empty. #}
{% macro query_parameter(url, name) %}{{ adapter.dispatch('query_parameter')(url, name) }}{% endmacro %}
{% macro default__query_parameter(url, name) -%}
    nullif(url_decode(replace(regexp_extract({{ url }}, '[?&]{{ name }}=([^&#]*)', 1), '+', ' ')), '')
{%- endmacro %}
{% macro spark__query_parameter(url, name) -%}
    nullif(url_decode(regexp_extract({{ url }}, '[?&]{{ name }}=([^&#]*)', 1)), '')
{%- endmacro %}
