{# Exact quotient of two decimal(28,8), rounded half up (away from zero) at 8 decimals; null when the denominator is 0 or
   null. A quotient of doubles may fall on the wrong side of a half, so whole numbers say what it is near one. Elsewhere
   doubles are right, and cost a tenth: their four roundings are less than 0.0005 below 1e12 hundred-millionths. #}
{% macro divide_half_up(numerator, denominator) -%}
    {%- set rough -%}
        (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0) * 100000000)
    {%- endset -%}
    cast(
        case
            when abs({{ rough }}) < 1000000000000 and abs(abs({{ rough }}) - floor(abs({{ rough }})) - 0.5) > 0.001
                then cast(cast(round({{ rough }}) as bigint) as decimal(28, 0))
            else
                cast(sign({{ numerator }}) * sign({{ denominator }}) as decimal(1, 0))
                * cast({{ whole_quotient(
                    '(' ~ decimal_units('abs(' ~ numerator ~ ')') ~ ' * 200000000 + ' ~ decimal_units('abs(' ~ denominator ~ ')') ~ ')',
                    'nullif(' ~ decimal_units('abs(' ~ denominator ~ ')') ~ ' * 2, 0)'
                ) }} as decimal(28, 0))
        end
        * cast(0.00000001 as decimal(8, 8))
        as decimal(28, 8)
    )
{%- endmacro %}

{# A decimal(28,8) as the whole number of its hundred-millionths. #}
{% macro decimal_units(value) %}{{ adapter.dispatch('decimal_units')(value) }}{% endmacro %}
{% macro default__decimal_units(value) -%}
    cast({{ value }} * 100000000 as hugeint)
{%- endmacro %}
{% macro spark__decimal_units(value) -%}
    cast({{ value }} * 100000000 as decimal(38, 0))
{%- endmacro %}

{# Whole part of a quotient of whole numbers that are not negative. #}
{% macro whole_quotient(a, b) %}{{ adapter.dispatch('whole_quotient')(a, b) }}{% endmacro %}
{% macro default__whole_quotient(a, b) -%}
    ({{ a }} // {{ b }})
{%- endmacro %}
{% macro spark__whole_quotient(a, b) -%}
    ({{ a }} div {{ b }})
{%- endmacro %}
