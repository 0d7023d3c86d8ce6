{# An original amount in the reporting currency: half up at 6 decimals, once per row; null without a rate. #}
{% macro converted(amount, rate) -%}
    cast({{ round_half_up('cast(' ~ amount ~ ' as decimal(20, 6)) * ' ~ rate, 6) }} as decimal(20, 6))
{%- endmacro %}
