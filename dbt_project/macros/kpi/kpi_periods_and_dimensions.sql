{# The parts that the paths of kpi_rows share. #}

{% macro kpi_period_kinds() %}{{ return(["day", "week", "company_week", "month"]) }}{% endmacro %}

{# Rows with the first days of the periods that their day is in. #}
{% macro kpi_dated(name, source) -%}
    select
        {{ name }}.*,
        {{ period_start(name ~ ".day_start", "week", "apps.week_start") }} as week_start,
        {{ period_start(name ~ ".day_start", "week", "run.week_start") }} as company_week_start,
        {{ period_start(name ~ ".day_start", "month", "apps.week_start") }} as month_start
    from {{ name }}
    inner join {{ source.apps }} as apps on {{ name }}.app_id = apps.app_id
    cross join {{ source.run }} as run
{%- endmacro %}

{# Every kind of period, over all rows and by each dimension. A long mart brings its dimension columns. #}
{% macro kpi_grouping_sets(keys, kinds, dimensions, is_long) -%}
    {%- for kind in kinds -%}
        {%- set key = keys ~ ", " ~ kind ~ "_start" -%}
        ({{ key }}{{ ", dimension, dimension_value" if is_long }})
        {%- for name in dimensions %}, ({{ key }}, d_{{ name }}){% endfor -%}
        {{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Kind and first day of the period that a grouping set is by. #}
{% macro kpi_period_of(kinds) -%}
    case
        {% for kind in kinds %}
        when grouping({{ kind }}_start) = 0 then '{{ kind }}'
        {% endfor %}
    end as period_kind,
    coalesce({% for kind in kinds %}{{ kind }}_start{{ ", " if not loop.last }}{% endfor %}) as period_start
{%- endmacro %}

{# Name and value of the dimension that a grouping set is by. #}
{% macro kpi_dimension_of(dimensions, is_long) -%}
    {%- if is_long -%}
    dimension,
    dimension_value
    {%- elif dimensions -%}
    case
        {% for name in dimensions %}
        when grouping(d_{{ name }}) = 0 then '{{ name }}'
        {% endfor %}
        else 'all'
    end as dimension,
    coalesce({% for name in dimensions %}d_{{ name }}, {% endfor %}'all') as dimension_value
    {%- else -%}
    'all' as dimension,
    'all' as dimension_value
    {%- endif -%}
{%- endmacro %}

{# Select list items and joins of what belongs to the user. #}
{% macro kpi_user_columns(layout) -%}
    {%- for name, source in layout.user_dimensions.items() %}
        , coalesce(cast({{ source.relation }}.{{ source.column }} as {{ dbt.type_string() }}), '(unknown)') as d_{{ name }}
    {%- endfor %}
{%- endmacro %}

{% macro kpi_user_joins(source, name) -%}
    {%- for relation in source.layout.user_dimensions.values() | map(attribute="relation") | unique %}
    left join {{ source.joined | selectattr("identifier", "equalto", relation) | first }} as {{ relation }}
        on {{ name }}.app_id = {{ relation }}.app_id and {{ name }}.user_key = {{ relation }}.{{ source.layout.user_key }}
    {%- endfor %}
{%- endmacro %}

{# One row per quantity out of one column per quantity; a metric's config.meta.dimensions narrows its dimensions. #}
{% macro kpi_long(name, quantities) -%}
    select
        {{ name }}.app_id,
        names.quantity_name,
        {{ name }}.period_kind,
        {{ name }}.period_start,
        {{ name }}.dimension,
        {{ name }}.dimension_value,
        case names.quantity_name
            {% for quantity in quantities %}
            when '{{ quantity.name }}' then {{ name }}.{{ quantity.column }}
            {% endfor %}
        end as quantity
    from {{ name }}
    inner join (
        {% for quantity in quantities %}
        {% set only = quantity.metric.config.meta.get("dimensions") %}
        select
            '{{ quantity.name }}' as quantity_name,
            {{ kpi_text("," ~ only | join(",") ~ ",all,") if only else "cast(null as " ~ dbt.type_string() ~ ")" }} as only_dimensions
        {{ "union all" if not loop.last }}
        {% endfor %}
    ) as names
        on
            names.only_dimensions is null
            or names.only_dimensions like concat('%,', {{ name }}.dimension, ',%')
{%- endmacro %}
