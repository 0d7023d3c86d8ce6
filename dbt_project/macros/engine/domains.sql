{# A domain without its first label: m.shop.example -> shop.example. #}
{% macro parent_domain(domain) %}{{ adapter.dispatch('parent_domain')(domain) }}{% endmacro %}
{% macro default__parent_domain(domain) -%}
    regexp_replace({{ domain }}, '^[^.]+[.]', '')
{%- endmacro %}
