{# How each KPI is made at each grain, as a list of dicts: which quantity is above the line and which below.

   A longer period than a day is made in one of these ways:
     as it is            the quantity of the week or month itself (sums, distinct counts, last of a stock)
     mature_days         config.meta.longer_periods: sums over the days that are complete, for KPIs dated by cohort
     at                  config.meta.at.<grain>: {numerator, denominator, over}: other quantities at that grain;
                         over: complete_days sums the numerator over complete days and multiplies the denominator
                         (or 1) by their number: a mean of days

   config.meta.only_by_dimension: the sum over the values of its dimension means nothing: there are no `all` rows.
   config.meta.incomplete_while: a quantity that is above 0 while something of the cell is still open; for a mart of
   which the rows do not all mature after the same number of days. #}
{% macro kpi_plan() %}
    {%- set plan = [] -%}
    {%- for kpi in kpi_catalog() -%}
        {%- set metric, meta = kpi.metric, kpi.meta -%}
        {%- set parts = metric.type_params -%}
        {%- set aggregation = parts.metric_aggregation_params or {} -%}
        {%- for grain in kpi.grains -%}
            {%- set other = meta.get("at", {}).get(grain) -%}
            {%- set by_cohort = meta.get("longer_periods") == "mature_days" and grain != "day" -%}
            {%- set numerator = parts.numerator.name if metric.type == "ratio" else metric.name -%}
            {%- set denominator = parts.denominator.name if metric.type == "ratio" else none -%}
            {%- if other is mapping -%}
                {%- set numerator = other.numerator -%}
                {%- set denominator = other.get("denominator") -%}
            {%- elif grain != "day" and metric.type == "simple" and aggregation.agg == "sum" and meta.additivity == "non" and not by_cohort -%}
                {%- do kpi_error(metric, "is not additive: say in config.meta.at what it is at grain " ~ grain) -%}
            {%- endif -%}
            {%- set mean_of_days = other is mapping and other.get("over") == "complete_days" -%}
            {%- do plan.append({
                "kpi_code": kpi.kpi_code,
                "caliber_version": kpi.caliber_version,
                "grain": grain,
                "rule": kpi.rule,
                "numerator_name": numerator,
                "denominator_name": denominator,
                "is_ratio": denominator is not none or mean_of_days,
                "is_stock": aggregation.get("non_additive_dimension") is not none,
                "is_currency": meta.unit == "currency",
                "rolls_numerator": by_cohort or mean_of_days,
                "rolls_denominator": by_cohort,
                "times_complete_days": mean_of_days,
                "open_name": meta.get("incomplete_while"),
                "has_total": not meta.get("only_by_dimension", false),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(plan) }}
{% endmacro %}

{# An SQL literal of a Jinja value. #}
{% macro kpi_literal(value) -%}
    {%- if value is none -%} cast(null as {{ dbt.type_string() }})
    {%- elif value is boolean -%} {{ "true" if value else "false" }}
    {%- elif value is number -%} {{ value }}
    {%- else -%} {{ kpi_text(value) }}
    {%- endif -%}
{%- endmacro %}

{# Rows of dicts as SQL; `columns` also says the order. No rows: the columns as text, empty. #}
{% macro kpi_inline_rows(rows, columns) -%}
    {%- for row in rows %}
    select {% for column in columns %}{{ kpi_literal(row[column]) }} as {{ column }}{{ ", " if not loop.last }}{% endfor %}
    {{ "union all" if not loop.last }}
    {%- else %}
    select {% for column in columns %}cast(null as {{ dbt.type_string() }}) as {{ column }}{{ ", " if not loop.last }}{% endfor %}
    where false
    {%- endfor %}
{%- endmacro %}
