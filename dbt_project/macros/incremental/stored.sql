{# The table that an earlier run stored under the name, read before this run changes it; none on a first load. It is no
   ref: the model itself comes later in this run. Freezing drops the schema `intermediate` whenever the next build must
   be whole (docs/decisions/0004), so that what is there can always be built upon. #}
{% macro stored(name) %}{{ return(adapter.dispatch('stored')(name)) }}{% endmacro %}

{% macro default__stored(name) %}
    {%- if not execute or model.resource_type == 'unit_test' -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if flags.FULL_REFRESH -%}
        {{ exceptions.raise_compiler_error('--full-refresh would read new batches only: delete the warehouse, then refresh') }}
    {%- endif -%}
    {{ return(adapter.get_relation(this.database, generate_schema_name('intermediate', none), name)) }}
{% endmacro %}

{# On Spark every model is rebuilt whole so far, from all accepted batches. #}
{% macro spark__stored(name) %}{{ return(none) }}{% endmacro %}
