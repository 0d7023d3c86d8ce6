{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {'on': {
        'app_id': 'app_id', 'event_id': 'event_id', 'content_key': 'content_key', 'batch_id': 'batch_id',
    }}},
) }}
{%- set kept, conflicts = stored('int_kept_events'), stored('int_event_conflicts') %}
with arrived as (
    select
        app_id,
        event_id,
        {{ lookup_key(['app_id', 'event_id']) }} as event_key,
        content_key,
        batch_id,
        coalesce(received_at, occurred_at) as ordered_at,
        cast(null as date) as stored_event_date
    from {{ ref('stg_app_events__events') }}
),

{% if kept %}
-- The one look at all of history: a narrow scan for the keys of what arrived; whole rows are read for hits only.
known_keys as ( -- noqa: ST03
    select
        kept.event_key,
        kept.event_date
    from {{ kept }} as kept
    semi join arrived on kept.event_key = arrived.event_key
),

candidates as (
    select * from arrived
    union all
    select
        kept.app_id,
        kept.event_id,
        kept.event_key,
        kept.content_key,
        kept.batch_id,
        coalesce(kept.received_at, kept.occurred_at) as ordered_at,
        kept.event_date as stored_event_date
    from {{ kept }} as kept
    semi join known_keys on kept.event_date = known_keys.event_date and kept.event_key = known_keys.event_key
    -- Versions that lost before have lost for good; against what, may change.
    union all
    select
        conflicts.app_id,
        conflicts.event_id,
        conflicts.event_key,
        conflicts.content_key,
        conflicts.batch_id,
        conflicts.ordered_at,
        cast(null as date) as stored_event_date
    from {{ conflicts }} as conflicts
    semi join arrived on conflicts.event_key = arrived.event_key
),

-- A row that a second application of the same batch meets again is no second version.
repeated as (
    select
        app_id,
        event_id,
        event_key,
        content_key,
        batch_id,
        ordered_at,
        max(stored_event_date) as stored_event_date
    from candidates
    group by app_id, event_id, event_key, content_key, batch_id, ordered_at
),
{% else %}
-- Few events repeat, so their keys are counted first and only their rows are compared; ids that share a key by chance
-- are no versions of one another.
repeated_keys as (
    select {{ lookup_key(['app_id', 'event_id']) }} as event_key
    from {{ ref('stg_app_events__events') }}
    group by 1
    having count(*) > 1
),

repeated as (
    select arrived.*
    from arrived
    semi join repeated_keys on arrived.event_key = repeated_keys.event_key
),
{% endif %}

versions as (
    select
        *,
        row_number() over (
            partition by app_id, event_id order by ordered_at, content_key, batch_id
        ) as version_number,
        first_value(content_key) over (
            partition by app_id, event_id order by ordered_at, content_key, batch_id
        ) as kept_content_key
    from repeated
)

select
    versions.app_id,
    versions.event_id,
    versions.event_key,
    versions.content_key,
    versions.batch_id,
    versions.ordered_at,
    versions.stored_event_date,
    versions.content_key <> versions.kept_content_key as is_contradiction,
    run.run_id
from versions
cross join {{ ref('int_run') }} as run
where versions.version_number > 1
