{# What the semantic YAML says, as lists of dicts. `graph` is filled only while a model runs: at parse time all are empty. #}

{# The metrics that are KPIs: those that have a name_zh in config.meta. The others are parts of ratios. #}
{% macro kpi_catalog() %}
    {%- set kpis = [] -%}
    {%- if execute -%}
        {%- for metric in graph.metrics.values() | sort(attribute="name") if metric.config.meta.get("name_zh") -%}
            {%- set meta = metric.config.meta -%}
            {%- do check_kpi_meta(metric, meta) -%}
            {%- do kpis.append({
                "metric": metric,
                "meta": meta,
                "kpi_code": meta.get("kpi_code", metric.name),
                "caliber_version": meta.caliber_version,
                "rule": kpi_rule(meta),
                "grains": meta.get("grains", ["day", "week", "month"]),
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(kpis) }}
{% endmacro %}

{% macro check_kpi_meta(metric, meta) %}
    {%- set allowed = {
        "domain": ["acquisition", "activation", "retention", "revenue", "referral", "content", "activity", "channel",
                   "advertising", "product", "service"],
        "unit": ["count", "ratio", "currency", "seconds", "score"],
        "direction": ["up", "down", "neutral"],
        "additivity": ["additive", "semi", "non"],
    } -%}
    {%- for key, values in allowed.items() if meta.get(key) not in values -%}
        {%- do kpi_error(metric, "config.meta." ~ key ~ " is '" ~ meta.get(key) ~ "', not one of " ~ values | join(", ")) -%}
    {%- endfor -%}
    {%- for key in ["owner", "caliber_version", "valid_from", "feeds"] if not meta.get(key) -%}
        {%- do kpi_error(metric, "config.meta." ~ key ~ " is missing") -%}
    {%- endfor -%}
    {%- set feeds = [
        "events", "orders", "tickets", "ads", "contents", "followers", "registrations", "invitations"
    ] -%}
    {%- for feed in meta.feeds + meta.get("optional_feeds", []) if feed not in feeds -%}
        {%- do kpi_error(metric, "feed '" ~ feed ~ "' is not one of " ~ feeds | join(", ")) -%}
    {%- endfor -%}
    {%- if metric.type not in ["simple", "ratio", "cumulative"] or metric.filter -%}
        {%- do kpi_error(metric, "a KPI is a simple, ratio or cumulative metric without filter: filter inside expr") -%}
    {%- endif -%}
    {%- if not metric.description -%}{%- do kpi_error(metric, "the description is the definition; it is missing") -%}{%- endif -%}
{% endmacro %}

{% macro kpi_error(metric, problem) %}
    {%- do exceptions.raise_compiler_error("metric " ~ metric.name ~ " (" ~ metric.original_file_path ~ "): " ~ problem) -%}
{% endmacro %}

{# Text that names the completeness a KPI needs: required feeds | optional feeds | days before | days after. #}
{% macro kpi_rule(meta) %}
    {{- return(
        meta.feeds | sort | join(",") ~ "|" ~ meta.get("optional_feeds", []) | sort | join(",")
        ~ "|" ~ meta.get("needs_days_before", 0) ~ "|" ~ meta.get("matures_after_days", 0)
    ) -}}
{% endmacro %}

{# The distinct rules, as dicts. #}
{% macro kpi_rules() %}
    {%- set rules = {} -%}
    {%- for kpi in kpi_catalog() -%}
        {%- do rules.update({kpi.rule: {
            "rule": kpi.rule,
            "feeds": kpi.meta.feeds,
            "optional_feeds": kpi.meta.get("optional_feeds", []),
            "days_before": kpi.meta.get("needs_days_before", 0),
            "days_after": kpi.meta.get("matures_after_days", 0),
        }}) -%}
    {%- endfor -%}
    {{ return(rules.values() | list) }}
{% endmacro %}

{# Simple metrics of one model: the quantities that its KPI rows carry. #}
{% macro kpi_quantities(model_name) %}
    {%- set quantities = [] -%}
    {%- for metric in graph.metrics.values() | sort(attribute="name") -%}
        {%- set aggregation = metric.type_params.metric_aggregation_params -%}
        {%- if metric.type == "simple" and aggregation and aggregation.semantic_model == model_name -%}
            {%- if aggregation.agg not in ["sum", "count", "count_distinct", "sum_boolean"] or metric.filter -%}
                {%- do kpi_error(metric, "agg must be sum, count, count_distinct or sum_boolean, without filter") -%}
            {%- endif -%}
            {%- do quantities.append({
                "name": metric.config.meta.get("adds_to", metric.name),
                "column": "q_" ~ metric.name,
                "agg": aggregation.agg,
                "expr": metric.type_params.expr or metric.name,
                "is_stock": aggregation.non_additive_dimension is not none,
                "stock_key": (aggregation.non_additive_dimension or {}).get("window_groupings", []),
                "metric": metric,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(quantities) }}
{% endmacro %}

{% macro kpi_text(value) -%}'{{ value | string | replace("'", "''") }}'{%- endmacro %}

{# Cumulative metrics: the sum of another quantity over a window of days that ends with the day. #}
{% macro kpi_trailing_quantities() %}
    {%- set trailing = [] -%}
    {%- if execute -%}
        {%- for metric in graph.metrics.values() | sort(attribute="name") if metric.type == "cumulative" -%}
            {%- set parts = metric.type_params.cumulative_type_params -%}
            {%- if not parts.window or parts.window.granularity != "day" -%}
                {%- do kpi_error(metric, "a cumulative metric needs a window of days") -%}
            {%- endif -%}
            {%- do trailing.append({"quantity_name": metric.name, "input_name": parts.metric.name, "days": parts.window.count}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(trailing) }}
{% endmacro %}
