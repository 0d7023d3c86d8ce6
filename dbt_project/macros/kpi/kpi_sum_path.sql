{# Sums: first to days by all dimensions together, in one pass over the mart, so that the grouping sets run over few
   rows. `day_marks`: distinct counts of a mart with one row per user and day; their days are sums too. #}
{% macro kpi_sum_path(source, sums, day_marks) %}
{%- set layout = source.layout -%}
{%- set dimensions = layout.row_dimensions.keys() | list + layout.user_dimensions.keys() | list -%}
{%- set by = ["dimension", "dimension_value"] if layout.is_long else [] -%}
{%- for name in dimensions -%}{%- do by.append("d_" ~ name) -%}{%- endfor -%}
{%- set quantities = sums + day_marks -%}
, labelled as (
    select
        mart_rows.*
        {{ kpi_user_columns(layout) }}
    from mart_rows
    {{ kpi_user_joins(source, "mart_rows") }}
),

day_sums as (
    select
        app_id,
        day_start,
        {% for column in by %}{{ column }},{% endfor %}
        {% for quantity in quantities %}
        sum({{ quantity.column }}) as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from labelled
    group by app_id, day_start{% for column in by %}, {{ column }}{% endfor %}
),

dated_sums as (
    {{ kpi_dated("day_sums", source) }}
),

period_sums as (
    select
        app_id,
        {{ kpi_period_of(kpi_period_kinds()) }},
        {{ kpi_dimension_of(dimensions, layout.is_long) }},
        {% for quantity in quantities %}
        cast(sum({{ quantity.column }}) as decimal(38, 8)) as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from dated_sums
    group by grouping sets ({{ kpi_grouping_sets("app_id", kpi_period_kinds(), dimensions, layout.is_long) }})
),

sum_rows as (
    {{ kpi_long("period_sums", quantities) }}
    {% if day_marks %}
    where
        period_sums.period_kind = 'day'
        or names.quantity_name not in ({% for mark in day_marks %}'{{ mark.name }}'{{ ", " if not loop.last }}{% endfor %})
    {% endif %}
)
{% endmacro %}

{# A mart with a row per grain: its rows as they are. #}
{% macro kpi_grain_path(source, quantities) %}
{%- set dimensions = source.layout.row_dimensions.keys() | list -%}
, period_sums as (
    select
        app_id,
        period_kind,
        day_start as period_start,
        {{ kpi_dimension_of(dimensions, source.layout.is_long) }},
        {% for quantity in quantities %}
        cast(sum({{ quantity.column }}) as decimal(38, 8)) as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from mart_rows
    {% if source.layout.is_long %}
    group by app_id, period_kind, day_start, dimension, dimension_value
    {% else %}
    group by grouping sets (
        (app_id, period_kind, day_start)
        {%- for name in dimensions %}, (app_id, period_kind, day_start, d_{{ name }}){% endfor %}
    )
    {% endif %}
),

grain_rows as (
    {{ kpi_long("period_sums", quantities) }}
)
{% endmacro %}
