{# Distinct counts: users are brought to one row per period first, so that the count is a plain sum; memory is bounded by
   user-periods, whatever the number of quantities and dimensions. #}
{% macro kpi_distinct_path(source, distincts) %}
{%- set layout = source.layout -%}
{%- set kinds = kpi_period_kinds() -%}
{%- if layout.one_row_per_user_day -%}{%- set kinds = kinds | reject("equalto", "day") | list -%}{%- endif -%}
{%- set row_dimensions, user_dimensions = layout.row_dimensions.keys() | list, layout.user_dimensions.keys() | list -%}
, marked as (
    select *
    from mart_rows
    where {% for quantity in distincts %}{{ quantity.column }} = 1{{ " or " if not loop.last }}{% endfor %}
),

dated_marks as (
    {{ kpi_dated("marked", source) }}
),

user_periods as (
    select
        app_id,
        user_key,
        {{ kpi_period_of(kinds) }},
        {{ kpi_dimension_of(row_dimensions, layout.is_long) }},
        {% for quantity in distincts %}
        max({{ quantity.column }}) as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from dated_marks
    group by grouping sets ({{ kpi_grouping_sets("app_id, user_key", kinds, row_dimensions, layout.is_long) }})
),

{% if user_dimensions %}
user_labels as (
    select
        user_periods.*
        {{ kpi_user_columns(layout) }}
    from user_periods
    {{ kpi_user_joins(source, "user_periods") }}
    where user_periods.dimension = 'all'
),

label_counts as (
    select
        app_id,
        period_kind,
        period_start,
        {% for name in user_dimensions %}d_{{ name }},{% endfor %}
        {% for quantity in distincts %}
        sum({{ quantity.column }}) as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from user_labels
    group by app_id, period_kind, period_start{% for name in user_dimensions %}, d_{{ name }}{% endfor %}
),
{% endif %}

period_counts as (
    select
        app_id,
        period_kind,
        period_start,
        dimension,
        dimension_value,
        {{ kpi_counts(distincts) }}
    from user_periods
    group by app_id, period_kind, period_start, dimension, dimension_value
    {% for name in user_dimensions %}
    union all
    select
        app_id,
        period_kind,
        period_start,
        '{{ name }}' as dimension,
        d_{{ name }} as dimension_value,
        {{ kpi_counts(distincts) }}
    from label_counts
    group by app_id, period_kind, period_start, d_{{ name }}
    {% endfor %}
),

distinct_rows as (
    {{ kpi_long("period_counts", distincts) }}
)
{% endmacro %}

{% macro kpi_counts(quantities) -%}
    {%- for quantity in quantities %}
        cast(sum({{ quantity.column }}) as decimal(38, 8)) as {{ quantity.column }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
