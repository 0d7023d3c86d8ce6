{# The long KPI rows of one mart: app_id, quantity_name, period_kind, period_start, dimension, dimension_value, quantity.

   Quantities are the simple metrics of the mart's semantic model. What else is needed stands in the semantic model's
   config.meta.kpi:
     dimensions: {name: expression}  KPI dimensions over the mart's own columns; `relation.column` reads a relation of
                                     `joined` by (app_id, user key), for what belongs to the user
     user_key: column                what a distinct count counts, per app; needed for count_distinct
     one_row_per_user_day: true      a user has at most one row per day (of a long mart: per day and dimension value), so
                                     that days need no distinct count
     dimension_columns: true         the mart itself is long: it has columns dimension and dimension_value
     grain_column: column            the mart has a row per grain: its rows are taken as they are
   period_kind is day, week (of the app), company_week or month. A company user is (app_id, user_id), so all is counted
   per app and the company is a sum. #}
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
        {{ kpi_rows_of({
            "mart": mart, "joined": joined, "apps": apps, "run": run, "layout": kpi_layout(semantic_models[0]),
            "quantities": kpi_quantities(semantic_models[0].name),
        }) }}
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
    {%- set entities = {} -%}
    {%- for entity in semantic_model.entities -%}
        {%- do entities.update({entity.name: entity.expr or entity.name}) -%}
    {%- endfor -%}
    {%- set time_name = semantic_model.defaults.agg_time_dimension -%}
    {%- set time = semantic_model.dimensions | selectattr("name", "equalto", time_name) | first -%}
    {{ return({
        "date": time.expr or time_name,
        "row_dimensions": row_dimensions,
        "user_dimensions": user_dimensions,
        "user_key": settings.get("user_key"),
        "one_row_per_user_day": settings.get("one_row_per_user_day", false),
        "is_long": settings.get("dimension_columns", false),
        "grain_column": settings.get("grain_column"),
        "entities": entities,
    }) }}
{% endmacro %}

{# `mart_rows`, then one path per kind of quantity: sums, distinct counts, stocks. #}
{% macro kpi_rows_of(source) %}
{%- set layout, quantities = source.layout, source.quantities -%}
{%- set sums, distincts, stocks = [], [], [] -%}
{%- for quantity in quantities -%}
    {%- do (stocks if quantity.is_stock else distincts if quantity.agg == "count_distinct" else sums).append(quantity) -%}
{%- endfor -%}
{%- set paths = [] -%}
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
        {% for key in stocks | map(attribute="stock_key") | sum(start=[]) | unique %}{{ layout.entities[key] }} as s_{{ key }},{% endfor %}
        {% for quantity in quantities %}
        {{ kpi_row_value(quantity, layout) }} as {{ quantity.column }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ source.mart }}
    -- What has no date (a content of which nobody knows when it was published) belongs to no period.
    where {{ layout.date }} is not null
)
{%- if layout.grain_column -%}
    {%- do paths.append("grain_rows") %}{{ kpi_grain_path(source, sums) }}
{%- else -%}
    {%- set day_marks = distincts if layout.one_row_per_user_day else [] -%}
    {%- if sums or day_marks -%}{%- do paths.append("sum_rows") %}{{ kpi_sum_path(source, sums, day_marks) }}{%- endif -%}
    {%- if distincts -%}{%- do paths.append("distinct_rows") %}{{ kpi_distinct_path(source, distincts) }}{%- endif -%}
    {%- if stocks -%}{%- do paths.append("stock_rows") %}{{ kpi_stock_path(source, stocks) }}{%- endif -%}
{%- endif %}
{% for path in paths %}
select app_id, quantity_name, period_kind, period_start, dimension, dimension_value, quantity
from {{ path }}
{{ "union all" if not loop.last }}
{% endfor %}
{% endmacro %}

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
