{% set rows = [] %}
{% for kpi in kpi_catalog() %}
    {% do rows.append({
        "kpi_code": kpi.kpi_code,
        "caliber_version": kpi.caliber_version,
        "name_en": kpi.metric.label,
        "name_zh": kpi.meta.name_zh,
        "domain": kpi.meta.domain,
        "definition": kpi.metric.description | trim,
        "unit": kpi.meta.unit,
        "direction": kpi.meta.direction,
        "additivity": kpi.meta.additivity,
        "owner": kpi.meta.owner,
        "valid_from": kpi.meta.valid_from | string,
    }) %}
{% endfor %}
{{ kpi_inline_rows(rows, [
    "kpi_code", "caliber_version", "name_en", "name_zh", "domain", "definition", "unit", "direction", "additivity",
    "owner", "valid_from"
]) }}
