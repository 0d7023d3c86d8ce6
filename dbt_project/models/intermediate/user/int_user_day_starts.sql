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
{%- set is_incremental_run = stored('int_user_day_starts') %}
-- One pass over the events serves both the user-days (platform, visit channel) and the users (first touch).
select
    events.app_id,
    events.user_id,
    events.event_date as activity_date,
    events.occurred_at as first_active_at,
    events.event_id as first_event_id,
    events.platform,
    events.app_version,
    events.channel,
    events.campaign,
    events.country,
    events.region,
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
qualify row_number() over (
    partition by events.app_id, events.user_id, events.event_date order by events.occurred_at, events.event_id
) = 1
