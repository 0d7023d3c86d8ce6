{# Users and local dates of which this run changed an event: where the event is now, and where it was before. #}
{% macro changed_user_days() -%}
    select
        events.app_id,
        events.user_id,
        events.event_date as activity_date
    from {{ ref('int_kept_events') }} as events
    inner join {{ ref('int_run') }} as run on events.run_id = run.run_id
    union distinct
    select
        events.app_id,
        events.previous_user_id as user_id,
        events.previous_event_date as activity_date
    from {{ ref('int_kept_events') }} as events
    inner join {{ ref('int_run') }} as run on events.run_id = run.run_id
    where events.previous_event_date is not null
{%- endmacro %}
