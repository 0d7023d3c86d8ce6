{# Stocks (a non_additive_dimension with window_agg max): what the last known row of each key in the period says. #}
{% macro kpi_stock_path(source, stocks) %}
{%- set layout = source.layout -%}
{%- set dimensions = layout.row_dimensions.keys() | list -%}
, dated_stocks as (
    {{ kpi_dated("mart_rows", source) }}
),

last_stocks as (
    select
        *
        {% for quantity in stocks %}
        {% for kind in kpi_period_kinds() %}
        , day_start = max(case when {{ quantity.column }} is not null then day_start end) over (
            partition by app_id, {{ kind }}_start{% for key in quantity.stock_key %}, s_{{ key }}{% endfor %}
        ) as {{ quantity.column }}_ends_{{ kind }}
        {% endfor %}
        {% endfor %}
    from dated_stocks
),

period_stocks as (
    select
        app_id,
        {{ kpi_period_of(kpi_period_kinds()) }},
        {{ kpi_dimension_of(dimensions, layout.is_long) }},
        {% for quantity in stocks %}
        cast(case
            {% for kind in kpi_period_kinds() %}
            when grouping({{ kind }}_start) = 0
                then sum(case when {{ quantity.column }}_ends_{{ kind }} then {{ quantity.column }} end)
            {% endfor %}
        end as decimal(38, 8)) as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from last_stocks
    group by grouping sets ({{ kpi_grouping_sets("app_id", kpi_period_kinds(), dimensions, layout.is_long) }})
),

stock_rows as (
    {{ kpi_long("period_stocks", stocks) }}
)
{% endmacro %}
