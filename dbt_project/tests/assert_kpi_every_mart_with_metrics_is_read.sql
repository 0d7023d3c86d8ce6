-- A mart whose semantic model has metrics needs a model int_kpi__<mart>, and int_kpi_quantities has to read it.
{{ config(meta={"dagster": {"ref": {"name": "int_kpi_quantities"}}}) }}
-- depends_on: {{ ref("int_kpi_quantities") }}
{% set missing = [] %}
{% if execute %}
    {% set read = graph.nodes["model." ~ project_name ~ ".int_kpi_quantities"].depends_on.nodes %}
    {% for semantic_model in graph.semantic_models.values() if kpi_quantities(semantic_model.name) %}
        {% set needed = "model." ~ project_name ~ ".int_kpi__" ~ semantic_model.name %}
        {% if needed not in read %}{% do missing.append({"mart": semantic_model.name}) %}{% endif %}
    {% endfor %}
{% endif %}
{{ kpi_inline_rows(missing, ["mart"]) }}
