-- depends_on: {{ ref('int_run') }}
-- depends_on: {{ ref('int_apps') }}
-- depends_on: {{ ref('int_event_conflicts') }}
{%- set kept, columns = stored('int_kept_events'), kept_columns() %}
{% if not kept %}
-- A first load goes straight from raw to int_kept_events: nothing changes, everything is new.
select
    {{ columns | join(',\n    ') }},
    user_id,
    left_out_reason,
    cast(null as date) as previous_event_date,
    cast(null as {{ dbt.type_string() }}) as previous_user_id
from {{ ref('int_described_events') }}
where false
{% else %}
-- A batch is applied once, also when dbt is started twice for the same run.
with unapplied as (
    select run.run_id, run.as_of
    from {{ ref('int_run') }} as run
    anti join {{ kept }} as kept on run.run_id = kept.run_id
),

arrived as (
    select events.*
    from {{ ref('int_described_events') }} as events
    cross join unapplied
),

-- Stored versions that one of the new ones beats.
conflicts as ( -- noqa: ST03
    select conflicts.*
    from {{ ref('int_event_conflicts') }} as conflicts
    semi join unapplied on conflicts.run_id = unapplied.run_id
    where conflicts.stored_event_date is not null
),

beaten as (
    select
        kept.app_id,
        kept.event_id,
        kept.event_date,
        kept.user_id
    from {{ kept }} as kept
    inner join conflicts
        on
            kept.event_date = conflicts.stored_event_date
            and kept.event_key = conflicts.event_key
            and kept.app_id = conflicts.app_id
            and kept.event_id = conflicts.event_id
            and kept.content_key = conflicts.content_key
            and kept.batch_id = conflicts.batch_id
),

-- Events whose moment the clock has passed since.
reached as (
    select
        kept.*,
        {{ left_out_reason('kept.occurred_at', 'kept.received_at', 'kept.event_date', 'run.as_of', 'apps.launch_date') }} as reason_now
    from {{ kept }} as kept
    inner join {{ ref('int_apps') }} as apps on kept.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
    anti join beaten on kept.app_id = beaten.app_id and kept.event_id = beaten.event_id
    where kept.left_out_reason = 'after_as_of' and kept.occurred_at <= run.as_of
)

select
    {%- for column in columns %}
    arrived.{{ column }},
    {%- endfor %}
    arrived.user_id,
    arrived.left_out_reason,
    beaten.event_date as previous_event_date,
    beaten.user_id as previous_user_id
from arrived
left join beaten on arrived.app_id = beaten.app_id and arrived.event_id = beaten.event_id
union all
select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    user_id,
    reason_now as left_out_reason,
    event_date as previous_event_date,
    user_id as previous_user_id
from reached
{% endif %}
