{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {'on': {
        'operation_key': 'operation_key', 'app_id': 'app_id', 'operation_id': 'operation_id',
    }}},
) }}
{%- set held = stored('int_profile_operations') %}
{%- set as_sent = [
    'app_id', 'operation_id', 'operation_key', 'anonymous_id', 'operation', 'is_carried', 'properties', 'occurred_at',
    'received_at', 'content_hash',
] %}
with arrived as (
    select
        operations.*,
        {{ lookup_key(['operations.app_id', 'operations.operation_id']) }} as operation_key
    from {{ ref('stg_app_events__profile_operations') }} as operations
),

{% if not held %}
operations as (
    select
        *,
        cast(null as {{ dbt.type_string() }}) as previous_user_id
    from arrived
),
{% else %}
-- The version received first counts; a batch that is applied again beats nothing.
winning as (
    select
        arrived.*,
        held.user_id as previous_user_id
    from arrived
    left join {{ held }} as held
        on
            arrived.operation_key = held.operation_key
            and arrived.app_id = held.app_id
            and arrived.operation_id = held.operation_id
    where
        held.operation_id is null
        or arrived.received_at < held.received_at
        or (arrived.received_at is not null and held.received_at is null)
        or (
            arrived.received_at is not distinct from held.received_at
            and arrived.content_hash < held.content_hash
        )
),

changed_owners as ( -- noqa: ST03
    {{ changed_owners() }}
),

operations as (
    select
        {%- for column in as_sent %}
        {{ column }},
        {%- endfor %}
        user_id,
        previous_user_id
    from winning
    union all
    select
        {%- for column in as_sent %}
        held.{{ column }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as user_id,
        held.user_id as previous_user_id
    from {{ held }} as held
    semi join changed_owners on held.app_id = changed_owners.app_id and held.anonymous_id = changed_owners.anonymous_id
    anti join winning on held.app_id = winning.app_id and held.operation_id = winning.operation_id
    where not held.is_identified
),
{% endif %}

resolved as (
    select
        {%- for column in as_sent %}
        operations.{{ column }},
        {%- endfor %}
        operations.user_id is not null as is_identified,
        coalesce(operations.user_id, identities.user_id, concat('anon:', operations.anonymous_id)) as user_id,
        operations.previous_user_id
    from operations
    left join {{ ref('int_identities') }} as identities
        on
            operations.app_id = identities.app_id
            and operations.anonymous_id = identities.anonymous_id
            and operations.user_id is null
)

select
    {%- for column in as_sent %}
    resolved.{{ column }},
    {%- endfor %}
    resolved.is_identified,
    resolved.user_id,
    {{ lookup_key(['resolved.app_id', 'resolved.user_id']) }} as user_key,
    resolved.previous_user_id,
    run.run_id
from resolved
cross join {{ ref('int_run') }} as run
