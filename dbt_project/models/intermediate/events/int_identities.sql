-- depends_on: {{ ref('int_event_changes') }}
-- depends_on: {{ ref('int_run') }}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {'on': {'app_id': 'app_id', 'anonymous_id': 'anonymous_id'}}},
) }}
{%- set kept, identities = stored('int_kept_events'), stored('int_identities') %}
{%- set is_incremental_run = kept and identities %}
{% if not is_incremental_run %}
-- First the moment, then the event at that moment: two cheap aggregates in place of a window over all events.
with candidates as (
    select
        app_id,
        anonymous_id,
        user_id,
        occurred_at,
        event_id
    from {{ ref('int_dated_events') }}
    where user_id is not null and anonymous_id is not null and left_out_reason is null
),
{% else %}
with changed as (
    select
        app_id,
        anonymous_id,
        user_id,
        occurred_at,
        event_id
    from {{ ref('int_event_changes') }}
    where is_identified and anonymous_id is not null and left_out_reason is null
),

-- Where the event that decided is replaced, all history has to be asked again.
undecided as (
    select
        identities.app_id,
        identities.anonymous_id
    from {{ identities }} as identities
    semi join {{ ref('int_event_changes') }} as changes
        on identities.app_id = changes.app_id and identities.event_id = changes.event_id
),

candidates as (
    select * from changed
    union all
    select
        identities.app_id,
        identities.anonymous_id,
        identities.user_id,
        identities.occurred_at,
        identities.event_id
    from {{ identities }} as identities
    semi join changed on identities.app_id = changed.app_id and identities.anonymous_id = changed.anonymous_id
    anti join undecided on identities.app_id = undecided.app_id and identities.anonymous_id = undecided.anonymous_id
    where identities.user_id is not null
    union all
    select
        kept.app_id,
        kept.anonymous_id,
        kept.user_id,
        kept.occurred_at,
        kept.event_id
    from {{ kept }} as kept
    semi join undecided on kept.app_id = undecided.app_id and kept.anonymous_id = undecided.anonymous_id
    anti join {{ ref('int_event_changes') }} as changes
        on kept.app_id = changes.app_id and kept.event_id = changes.event_id
    where kept.is_identified and coalesce(kept.left_out_reason, 'excluded_user') = 'excluded_user'
),
{% endif %}

first_moments as (
    select
        app_id,
        anonymous_id,
        min(occurred_at) as occurred_at
    from candidates
    group by app_id, anonymous_id
),

owners as (
    select
        candidates.app_id,
        candidates.anonymous_id,
        min_by(candidates.user_id, candidates.event_id) as user_id,
        min(candidates.occurred_at) as occurred_at,
        min(candidates.event_id) as event_id
    from candidates
    inner join first_moments
        on
            candidates.app_id = first_moments.app_id
            and candidates.anonymous_id = first_moments.anonymous_id
            and candidates.occurred_at = first_moments.occurred_at
    group by candidates.app_id, candidates.anonymous_id
)

{% if not is_incremental_run %}
select
    app_id,
    anonymous_id,
    user_id,
    occurred_at,
    event_id,
    cast(null as {{ dbt.type_string() }}) as previous_user_id,
    cast(null as {{ dbt.type_string() }}) as run_id
from owners
{% else %}
-- An anonymous_id that lost its owner stays, without one.
, asked as (
    select app_id, anonymous_id from owners
    union distinct
    select app_id, anonymous_id from undecided
)

select
    asked.app_id,
    asked.anonymous_id,
    owners.user_id,
    owners.occurred_at,
    owners.event_id,
    identities.user_id as previous_user_id,
    run.run_id
from asked
cross join {{ ref('int_run') }} as run
left join owners on asked.app_id = owners.app_id and asked.anonymous_id = owners.anonymous_id
left join {{ identities }} as identities
    on asked.app_id = identities.app_id and asked.anonymous_id = identities.anonymous_id
{% endif %}
