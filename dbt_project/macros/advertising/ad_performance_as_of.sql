{# Which rows of fct_ad_performance_history (under the name `history`) were known at a moment, an expression in UTC. #}
{% macro ad_performance_as_of(history, moment) -%}
    {{ history }}.observed_at <= {{ moment }}
    and ({{ history }}.superseded_at is null or {{ history }}.superseded_at > {{ moment }})
{%- endmacro %}
