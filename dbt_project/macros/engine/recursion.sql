{# After `as` of a common table expression that a recursion reads: its rows are kept, not worked out anew for each step.
   Spark keeps what a recursion reads by itself or not at all: it has no words for it. #}
{% macro computed_once() %}{{ adapter.dispatch('computed_once')() }}{% endmacro %}
{% macro default__computed_once() -%}
    materialized
{%- endmacro %}
{% macro spark__computed_once() -%}
{%- endmacro %}
