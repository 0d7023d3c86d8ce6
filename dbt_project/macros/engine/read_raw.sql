{# The accepted raw files of an entity, as frozen for this run in meta.raw_files, behind its 0-row schema file.
   With `only_new` those of the batches that no whole build has loaded yet (meta.run_batches). #}
{% macro read_raw(source_name, entity, only_new=false) %}
{{- adapter.dispatch('read_raw')(source_name, entity, only_new) -}}
{% endmacro %}

{% macro default__read_raw(source_name, entity, only_new) -%}
    {%- set raw = env_var('OPS_DATA_DIR', 'data') ~ '/raw/' ~ source_name ~ '/' ~ entity -%}
    {%- set paths = [raw ~ '/_schema.parquet'] -%}
    {%- if execute -%}
        {%- set files = run_query(
            "select path from meta.raw_files where source = '" ~ source_name ~ "' and entity = '" ~ entity ~ "'"
            ~ (" and batch_id in (select batch_id from meta.run_batches where action = 'add')" if only_new else "")
            ~ " order by path"
        ) -%}
        {%- for row in files.rows -%}{%- do paths.append(row[0]) -%}{%- endfor -%}
    {%- endif -%}
    read_parquet([
        {%- for path in paths %}
        '{{ path | replace("'", "''") }}'{{ "," if not loop.last }}
        {%- endfor %}
    ], union_by_name = true)
{%- endmacro %}
