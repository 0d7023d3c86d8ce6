{# Relation: the rows of another one that lie on user-days which this run rebuilds; on a first load the relation itself. #}
{% macro on_touched_user_days(relation, date_column, is_incremental_run, of_users=true) -%}
{%- if not is_incremental_run -%}
{{ relation }}
{%- else -%}
(
        select whole.*
        from {{ relation }} as whole
        semi join {{ ref('int_touched_user_days') }} as touched
            on
                whole.app_id = touched.app_id
                {%- if of_users %}
                and whole.user_id = touched.user_id
                {%- endif %}
                and whole.{{ date_column }} = touched.activity_date
        where {{ on_dates('whole.' ~ date_column, 'select distinct activity_date from ' ~ ref('int_touched_user_days')) }}
    )
{%- endif -%}
{%- endmacro %}

{# The same for whole dates of an app: all rows of every date on which some user-day is rebuilt. #}
{% macro on_touched_dates(relation, date_column, is_incremental_run) -%}
{{ on_touched_user_days(relation, date_column, is_incremental_run, of_users=false) }}
{%- endmacro %}
