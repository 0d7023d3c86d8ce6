{# Incremental strategy `replace_rows`: deletes what is replaced, then inserts. `config.meta.replaced.on` names
   {column of the table: column of the naming relation}; that relation is the model `config.meta.replaced.by`, else the
   new rows themselves. One join deletes, also what has no successor; a list as `unique_key` would be quadratic and
   would keep it. #}
{% macro get_incremental_replace_rows_sql(arg_dict) %}
    {{ return(adapter.dispatch('replace_rows_sql')(arg_dict)) }}
{% endmacro %}

{% macro default__replace_rows_sql(arg_dict) -%}
    {%- set replaced = config.get('meta')['replaced'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }} as held
    using (
        select distinct {{ replaced['on'].values() | join(', ') }}
        from {{ ref(replaced['by']) if replaced['by'] else arg_dict['temp_relation'] }}
    ) as replaced
    where
        {%- for column, other in replaced['on'].items() %}
        held.{{ column }} = replaced.{{ other }}{{ ' and' if not loop.last }}
        {%- endfor %};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
