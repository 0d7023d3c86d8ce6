{% for dimension in ["platform", "app_version"] %}
select distinct
    app_id,
    user_id,
    event_date as activity_date,
    '{{ dimension }}' as dimension,
    coalesce({{ dimension }}, '(unknown)') as dimension_value
from {{ ref("int_events") }}
where is_active_event
{{ "union all" if not loop.last }}
{% endfor %}
