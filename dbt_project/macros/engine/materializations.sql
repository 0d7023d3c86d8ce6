{# Tables and views of DuckDB in one atomic statement each. dbt-duckdb's own way builds aside, looks for indexes and
   foreign keys, renames, drops and commits: eight statements a model, a fifth of a build of 150 small models.
   Other engines keep their adapter's materializations. Grants, indexes and column comments are not used here:
   publication writes the comments into what readers open. #}
{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- do drop_what_is_no('table') -%}
    {%- if config.get('contract').enforced -%}
        {%- call statement('main') -%}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- else -%}
        {%- call statement('main', auto_begin=False) -%}
            create or replace table {{ target }} as ({{ sql }});
        {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- do drop_what_is_no('view') -%}
    {%- call statement('main', auto_begin=False) -%}
        {%- if config.get('contract').enforced -%}{{ get_assert_columns_equivalent(sql) }}{%- endif -%}
        create or replace view {{ target }} as ({{ sql }});
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# A model that changed from a view to a table, or back, leaves the other behind. #}
{% macro drop_what_is_no(type) %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and existing.type != type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
{% endmacro %}
