-- depends_on: {{ ref('int_event_changes') }}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {'on': {
        'event_date': 'previous_event_date', 'event_key': 'event_key', 'app_id': 'app_id', 'event_id': 'event_id',
    }}},
) }}
{%- set kept, columns = stored('int_kept_events'), kept_columns() %}
{% if not kept %}
with events as (
    select
        *,
        cast(null as date) as previous_event_date,
        cast(null as {{ dbt.type_string() }}) as previous_user_id
    from {{ ref('int_described_events') }}
),
{% else %}
-- Stored events whose user, or whose user's exclusion, is another one now: first their keys, then whole rows.
with moved_keys as ( -- noqa: ST03
    select
        kept.event_date,
        kept.event_key
    from {{ kept }} as kept
    semi join (
        {{ changed_owners() }}
    ) as changed on kept.app_id = changed.app_id and kept.anonymous_id = changed.anonymous_id
    where not kept.is_identified
    union distinct
    select
        kept.event_date,
        kept.event_key
    from {{ kept }} as kept
    inner join {{ ref('int_excluded_users') }} as excluded
        on
            kept.app_id = excluded.app_id
            and kept.user_id = excluded.user_id
            and kept.event_date >= excluded.from_date
    where excluded.is_wider and kept.left_out_reason is null
    union distinct
    select
        kept.event_date,
        kept.event_key
    from {{ kept }} as kept
    anti join {{ ref('int_excluded_users') }} as excluded
        on
            kept.app_id = excluded.app_id
            and kept.user_id = excluded.user_id
            and kept.event_date >= excluded.from_date
    where kept.left_out_reason = 'excluded_user'
),

events as (
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        case when is_identified then user_id end as user_id,
        left_out_reason,
        previous_event_date,
        previous_user_id
    from {{ ref('int_event_changes') }}
    union all
    select
        {%- for column in columns %}
        kept.{{ column }},
        {%- endfor %}
        case when kept.is_identified then kept.user_id end as user_id,
        case when kept.left_out_reason <> 'excluded_user' then kept.left_out_reason end as left_out_reason,
        kept.event_date as previous_event_date,
        kept.user_id as previous_user_id
    from {{ kept }} as kept
    inner join moved_keys on kept.event_date = moved_keys.event_date and kept.event_key = moved_keys.event_key
    anti join {{ ref('int_event_changes') }} as changes
        on kept.app_id = changes.app_id and kept.event_id = changes.event_id
),
{% endif %}

resolved as (
    select
        {%- for column in columns %}
        events.{{ column }},
        {%- endfor %}
        coalesce(events.user_id, identities.user_id, concat('anon:', events.anonymous_id)) as user_id,
        events.left_out_reason,
        events.previous_event_date,
        events.previous_user_id
    from events
    left join {{ ref('int_identities') }} as identities
        on
            events.app_id = identities.app_id
            and events.anonymous_id = identities.anonymous_id
            and events.user_id is null
)

select
    {%- for column in columns %}
    resolved.{{ column }},
    {%- endfor %}
    resolved.user_id,
    case
        when resolved.left_out_reason is not null then resolved.left_out_reason
        when excluded.user_id is not null then 'excluded_user'
    end as left_out_reason,
    resolved.previous_event_date,
    resolved.previous_user_id,
    run.run_id
from resolved
cross join {{ ref('int_run') }} as run
left join {{ ref('int_excluded_users') }} as excluded
    on
        resolved.app_id = excluded.app_id
        and resolved.user_id = excluded.user_id
        and resolved.event_date >= excluded.from_date
{% if kept %}
order by resolved.event_date
{% endif %}
