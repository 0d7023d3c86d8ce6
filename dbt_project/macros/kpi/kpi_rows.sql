{# The long KPI rows of one mart: app_id, quantity_name, period_kind, period_start, dimension, dimension_value, quantity.

   Quantities are the simple metrics of the mart's semantic model. What else is needed stands in the semantic model's
   config.meta.kpi:
     dimensions: {name: expression}  KPI dimensions over the mart's own columns; `relation.column` reads a relation of
                                     `joined` by (app_id, user key), for what belongs to the user
     user_key: column                what a distinct count counts, per app; needed for count_distinct
     dimension_columns: true         the mart itself is long: it has columns dimension and dimension_value
     grain_column: column            the mart has a row per grain: its rows are taken as they are
   period_kind is day, week (of the app), company_week or month. One scan of the mart: users are brought to one row per
   period first, so that a distinct count is a plain sum and memory is bounded by user-periods. #}
{% macro kpi_rows(mart, joined=[]) %}
    {%- set apps = ref("int_apps") -%}
    {%- set run = ref("int_run") -%}
    {%- if not execute -%}
        select 1 as not_yet_known
    {%- else -%}
        {%- set semantic_models = graph.semantic_models.values() | selectattr("name", "equalto", mart.identifier) | list -%}
        {%- if not semantic_models -%}
            {%- do exceptions.raise_compiler_error(mart.identifier ~ " has no semantic_model with KPI metrics") -%}
        {%- endif -%}
        {%- set semantic_model = semantic_models[0] -%}
        {{ kpi_rows_of(mart, semantic_model, kpi_layout(semantic_model), kpi_quantities(semantic_model.name), joined, apps, run) }}
    {%- endif -%}
{% endmacro %}

{# config.meta.kpi of a semantic model, its dimensions told apart: of the row, or of the user through a join. #}
{% macro kpi_layout(semantic_model) %}
    {%- set settings = semantic_model.config.meta.get("kpi", {}) -%}
    {%- set row_dimensions, user_dimensions = {}, {} -%}
    {%- for name, source in settings.get("dimensions", {}).items() -%}
        {%- set parts = source.split(".") -%}
        {%- if parts | length == 2 -%}
            {%- do user_dimensions.update({name: {"relation": parts[0], "column": parts[1]}}) -%}
        {%- else -%}
            {%- do row_dimensions.update({name: source}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set time_name = semantic_model.defaults.agg_time_dimension -%}
    {%- set time = semantic_model.dimensions | selectattr("name", "equalto", time_name) | first -%}
    {{ return({
        "row_dimensions": row_dimensions,
        "user_dimensions": user_dimensions,
        "user_key": settings.get("user_key"),
        "is_long": settings.get("dimension_columns", false),
        "grain_column": settings.get("grain_column"),
        "date": time.expr or time_name,
    }) }}
{% endmacro %}

{% macro kpi_rows_of(mart, semantic_model, layout, quantities, joined, apps, run) %}
{%- set stock_keys = quantities | selectattr("is_stock") | map(attribute="stock_key") | sum(start=[]) | unique | list -%}
with mart_rows as (
    select
        app_id,
        cast({{ layout.date }} as date) as day_start,
        {% if layout.grain_column %}{{ layout.grain_column }} as period_kind,{% endif %}
        {% if layout.user_key %}{{ layout.user_key }} as user_key,{% endif %}
        {% if layout.is_long %}dimension, dimension_value,{% endif %}
        {% for name, expression in layout.row_dimensions.items() %}
        coalesce(cast({{ expression }} as {{ dbt.type_string() }}), '(unknown)') as d_{{ name }},
        {% endfor %}
        {% for key in stock_keys %}{{ key }} as s_{{ key }},{% endfor %}
        {% for quantity in quantities %}
        {{ kpi_row_value(quantity, layout) }} as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ mart }}
),

{% if layout.grain_column %}
by_row as (
    select
        app_id,
        period_kind,
        day_start as period_start,
        'all' as dimension,
        'all' as dimension_value,
        {{ kpi_sums(quantities) }}
    from mart_rows
    group by app_id, period_kind, day_start
),
{% else %}
dated as (
    select
        mart_rows.*,
        {{ period_start("mart_rows.day_start", "week", "apps.week_start") }} as week_start,
        {{ period_start("mart_rows.day_start", "week", "run.week_start") }} as company_week_start,
        {{ period_start("mart_rows.day_start", "month", "apps.week_start") }} as month_start
    from mart_rows
    inner join {{ apps }} as apps on mart_rows.app_id = apps.app_id
    cross join {{ run }} as run
),

{% if stock_keys or quantities | selectattr("is_stock") | list %}
{# A stock is what the last row of its key in the period says. #}
last_rows as (
    select
        *,
        {% for kind in kpi_period_kinds() %}
        day_start = max(day_start) over (
            partition by app_id, {{ kind }}_start{% for key in stock_keys %}, s_{{ key }}{% endfor %}
        ) as is_last_of_{{ kind }}{{ "," if not loop.last }}
        {% endfor %}
    from dated
),
{% endif %}

by_row as (
    select
        app_id,
        {% if layout.user_key %}user_key,{% endif %}
        case
            {% for kind in kpi_period_kinds() %}
            when grouping({{ kind }}_start) = 0 then '{{ kind }}'
            {% endfor %}
        end as period_kind,
        coalesce({% for kind in kpi_period_kinds() %}{{ kind }}_start{{ ", " if not loop.last }}{% endfor %}) as period_start,
        {% if layout.is_long %}
        dimension,
        dimension_value,
        {% else %}
        {{ kpi_dimension_of(layout.row_dimensions, "d_") }}
        {% endif %}
        {{ kpi_sums(quantities) }}
    from {{ "last_rows" if quantities | selectattr("is_stock") | list else "dated" }}
    group by grouping sets (
        {% for kind in kpi_period_kinds() %}
        {% set key = "app_id, " ~ ("user_key, " if layout.user_key else "") ~ kind ~ "_start" %}
        {% if layout.is_long %}
        ({{ key }}, dimension, dimension_value)
        {% else %}
        ({{ key }})
        {% for name in layout.row_dimensions %}, ({{ key }}, d_{{ name }}){% endfor %}
        {% endif %}
        {{ "," if not loop.last }}
        {% endfor %}
    )
),
{% endif %}

{% if layout.user_key %}
user_rows as (
    select
        by_row.*
        {% for name, source in layout.user_dimensions.items() %}
        , coalesce(cast({{ source.relation }}.{{ source.column }} as {{ dbt.type_string() }}), '(unknown)') as u_{{ name }}
        {% endfor %}
    from by_row
    {% for name in layout.user_dimensions.values() | map(attribute="relation") | unique %}
    left join {{ joined | selectattr("identifier", "equalto", name) | first }} as {{ name }}
        on by_row.app_id = {{ name }}.app_id and by_row.user_key = {{ name }}.{{ layout.user_key }}
    {% endfor %}
    {% if not layout.is_long %}where by_row.dimension = 'all'{% endif %}
),

counted as (
    {% if layout.is_long %}
    select app_id, period_kind, period_start, dimension, dimension_value, {{ kpi_totals(quantities) }}
    from user_rows
    group by app_id, period_kind, period_start, dimension, dimension_value
    {% else %}
    select
        app_id,
        period_kind,
        period_start,
        {{ kpi_dimension_of(layout.user_dimensions, "u_") }}
        {{ kpi_totals(quantities) }}
    from user_rows
    group by grouping sets (
        (app_id, period_kind, period_start)
        {% for name in layout.user_dimensions %}, (app_id, period_kind, period_start, u_{{ name }}){% endfor %}
    )
    union all
    select app_id, period_kind, period_start, dimension, dimension_value, {{ kpi_totals(quantities) }}
    from by_row
    where dimension <> 'all'
    group by app_id, period_kind, period_start, dimension, dimension_value
    {% endif %}
),
{% else %}
counted as (
    select * from by_row
),
{% endif %}

names as (
    {% for quantity in quantities %}
    select '{{ quantity.name }}' as quantity_name
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    counted.app_id,
    names.quantity_name,
    counted.period_kind,
    counted.period_start,
    counted.dimension,
    counted.dimension_value,
    case names.quantity_name
        {% for quantity in quantities %}
        when '{{ quantity.name }}' then cast(counted.{{ quantity.column }} as decimal(38, 8))
        {% endfor %}
    end as quantity
from counted
cross join names
{% set narrowed = quantities | selectattr("metric.config.meta.dimensions", "defined") | list %}
{% if narrowed %}
where
    {% for quantity in narrowed %}
    {{ "and " if not loop.first }}(
        names.quantity_name <> '{{ quantity.name }}'
        or counted.dimension in ('all'{% for name in quantity.metric.config.meta.dimensions %}, '{{ name }}'{% endfor %})
    )
    {% endfor %}
{% endif %}
{% endmacro %}

{% macro kpi_period_kinds() %}{{ return(["day", "week", "company_week", "month"]) }}{% endmacro %}

{# What a mart's row gives to a quantity. A distinct count becomes a mark on the row: its expression must be the user key
   or a case that gives the user key. #}
{% macro kpi_row_value(quantity, layout) -%}
    {%- if quantity.agg == "count_distinct" -%}
        {%- set words = (quantity.expr | trim).split() -%}
        {%- set counted = words[0] if words | length == 1 else words[-2] -%}
        {%- if not layout.user_key or counted != layout.user_key or (words | length > 1 and words[-1] != "end") -%}
            {%- do kpi_error(quantity.metric, "a distinct count must end in `then " ~ layout.user_key ~ " end`") -%}
        {%- endif -%}
        case when ({{ quantity.expr }}) is not null then 1 else 0 end
    {%- elif quantity.agg == "count" -%}
        case when ({{ quantity.expr }}) is not null then 1 else 0 end
    {%- elif quantity.agg == "sum_boolean" -%}
        case when {{ quantity.expr }} then 1 else 0 end
    {%- else -%}
        {{ quantity.expr }}
    {%- endif -%}
{%- endmacro %}

{# Aggregates over the rows of one (user and) period. #}
{% macro kpi_sums(quantities) -%}
    {%- for quantity in quantities %}
        {% if quantity.agg == "count_distinct" -%}
        max({{ quantity.column }})
        {%- elif quantity.is_stock -%}
        cast(case
            {% for kind in kpi_period_kinds() %}
            when grouping({{ kind }}_start) = 0 then sum(case when is_last_of_{{ kind }} then {{ quantity.column }} end)
            {% endfor %}
        end as decimal(38, 8))
        {%- else -%}
        cast(sum({{ quantity.column }}) as decimal(38, 8))
        {%- endif %} as {{ quantity.column }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Aggregates over the users of one period. #}
{% macro kpi_totals(quantities) -%}
    {%- for quantity in quantities %}
        cast(sum({{ quantity.column }}) as decimal(38, 8)) as {{ quantity.column }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Name and value of the dimension that a grouping set is by. #}
{% macro kpi_dimension_of(dimensions, prefix) -%}
    {%- if dimensions -%}
        case
            {% for name in dimensions %}
            when grouping({{ prefix }}{{ name }}) = 0 then '{{ name }}'
            {% endfor %}
            else 'all'
        end as dimension,
        coalesce({% for name in dimensions %}{{ prefix }}{{ name }}, {% endfor %}'all') as dimension_value,
    {%- else -%}
        'all' as dimension,
        'all' as dimension_value,
    {%- endif -%}
{%- endmacro %}
