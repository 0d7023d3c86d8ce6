-- depends_on: {{ source('meta', 'run_batches') }}
-- depends_on: {{ source('app_events', 'events') }}
-- depends_on: {{ source('app_events', 'profile_operations') }}
with operations as (
    select
        app_id,
        operation_id,
        user_id,
        anonymous_id,
        operation,
        false as is_carried,
        properties,
        occurred_at,
        received_at,
        _content_hash
    from {{ read_raw('app_events', 'profile_operations', only_new=true) }}
    where user_id is not null or anonymous_id is not null
),

-- Events that carry properties of their user: what no column holds is in _extra, which canonical events have seldom.
carrying as (
    select
        app_id,
        event_id as operation_id,
        user_id,
        anonymous_id,
        'set' as operation,
        true as is_carried,
        coalesce(
            {{ json_part('_extra', 'user_properties') }},
            case when event_name = 'identify' then {{ json_part('_extra', 'traits') }} end
        ) as properties,
        occurred_at,
        received_at,
        _content_hash
    from {{ read_raw('app_events', 'events', only_new=true) }}
    where _extra is not null
),

both_kinds as (
    select * from operations
    union all
    select * from carrying
    where {{ is_json_object('properties') }} or {{ is_json_list('properties') }}
)

select
    app_id,
    operation_id,
    user_id,
    anonymous_id,
    operation,
    is_carried,
    properties,
    cast(occurred_at as timestamp) as occurred_at,
    cast(received_at as timestamp) as received_at,
    _content_hash as content_hash
from both_kinds
qualify row_number() over (
    partition by app_id, operation_id
    order by received_at nulls last, _content_hash
) = 1
