{# Query: the local dates on which sessions that this run replaces have events. #}
{% macro touched_session_dates() -%}
    select distinct activity_date
    from (
        select {{ each_day('session_date', 'ended_date') }} as activity_date
        from {{ ref('int_touched_sessions') }}
    ) as days
{%- endmacro %}
