-- depends_on: {{ ref('int_touched_user_days') }}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {
        'by': 'int_touched_user_days',
        'on': {'activity_date': 'activity_date', 'app_id': 'app_id', 'user_id': 'user_id'},
    }},
) }}
{%- set is_incremental_run = stored('int_user_daily_dimensions') %}
{% for dimension in ["platform", "app_version"] %}
select distinct
    events.app_id,
    events.user_id,
    events.event_date as activity_date,
    '{{ dimension }}' as dimension,
    coalesce(events.{{ dimension }}, '(unknown)') as dimension_value,
    run.run_id
from {{ ref("int_events") }} as events
cross join {{ ref("int_run") }} as run
{% if is_incremental_run %}
{{ semi_join_touched('events', 'event_date') }}
{% endif %}
where
    events.is_active_event
    {% if is_incremental_run %}
    and {{ on_touched_dates('events.event_date') }}
    {% endif %}
{{ "union all" if not loop.last }}
{% endfor %}
