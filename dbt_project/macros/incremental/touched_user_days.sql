{# Join and condition that leave the user-days which this run rebuilds; nothing on a first load. #}
{% macro semi_join_touched(alias, date_column) -%}
    semi join {{ ref('int_touched_user_days') }} as touched
        on
            {{ alias }}.app_id = touched.app_id
            and {{ alias }}.user_id = touched.user_id
            and {{ alias }}.{{ date_column }} = touched.activity_date
{%- endmacro %}

{% macro on_touched_dates(column) -%}
    {{ on_dates(column, 'select distinct activity_date from ' ~ ref('int_touched_user_days')) }}
{%- endmacro %}
