{# A struct of the named top-level keys of a JSON object, parsed once. `fields` maps key to 'text' or 'decimal'.
   Read a field as `alias.key`; absent, JSON null or unfit is null. Decimals keep every digit (a JSON number
   read as text would pass through a double), and a 7th decimal is rounded half up. #}
{% macro json_fields(json, fields) %}{{ adapter.dispatch('json_fields')(json, fields) }}{% endmacro %}
{% macro default__json_fields(json, fields) -%}
    json_transform({{ json }}, '{
        {%- for key, type in fields.items() -%}
        "{{ key }}": "{{ 'DECIMAL(20,6)' if type == 'decimal' else 'VARCHAR' }}"{{ ', ' if not loop.last }}
        {%- endfor -%}
    }')
{%- endmacro %}
{% macro spark__json_fields(json, fields) -%}
    from_json({{ json }}, '
        {%- for key, type in fields.items() -%}
        {{ key }} {{ 'decimal(20,6)' if type == 'decimal' else 'string' }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ')
{%- endmacro %}
