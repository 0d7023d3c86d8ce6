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
{%- set is_incremental_run = stored('int_mixed_user_days') %}
with events as (
    select
        events.app_id,
        events.user_id,
        events.event_date,
        coalesce(events.platform, '(unknown)') as platform,
        coalesce(events.app_version, '(unknown)') as app_version
    from {{ on_touched_user_days(ref("int_events"), "event_date", is_incremental_run) }} as events
    semi join (
        select * from {{ ref("int_user_daily") }}
        where is_mixed
    ) as mixed
        on
            events.app_id = mixed.app_id
            and events.user_id = mixed.user_id
            and events.event_date = mixed.activity_date
    where events.is_active_event
),

value_days as (
    select
        app_id,
        user_id,
        event_date as activity_date,
        case when grouping(platform) = 0 then 'platform' else 'app_version' end as dimension,
        coalesce(platform, app_version) as dimension_value
    from events
    group by grouping sets (
        (app_id, user_id, event_date, platform),
        (app_id, user_id, event_date, app_version)
    )
)

select
    value_days.*,
    run.run_id
from value_days
cross join {{ ref("int_run") }} as run
