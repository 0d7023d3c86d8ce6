-- depends_on: {{ source('app_events', 'events') }}
-- depends_on: {{ source('app_events', 'profile_operations') }}
with operations as (
    select
        app_id,
        operation_id,
        user_id,
        anonymous_id,
        operation,
        properties,
        cast(occurred_at as timestamp) as occurred_at,
        cast(received_at as timestamp) as received_at
    from {{ read_raw('app_events', 'profile_operations') }}
    where user_id is not null or anonymous_id is not null
    qualify row_number() over (
        partition by app_id, operation_id
        order by received_at nulls last, _content_hash
    ) = 1
),

-- Events that carry properties of their user: what no column holds is in _extra, which canonical events have seldom.
carrying as (
    select
        app_id,
        event_id as operation_id,
        user_id,
        anonymous_id,
        occurred_at,
        received_at,
        _content_hash,
        coalesce(
            {{ json_part('_extra', 'user_properties') }},
            case when event_name = 'identify' then {{ json_part('_extra', 'traits') }} end
        ) as properties
    from {{ read_raw('app_events', 'events') }}
    where _extra is not null
),

carried as (
    select
        app_id,
        operation_id,
        user_id,
        anonymous_id,
        properties,
        cast(occurred_at as timestamp) as occurred_at,
        cast(received_at as timestamp) as received_at
    from carrying
    where {{ is_json_object('properties') }} or {{ is_json_list('properties') }}
    qualify row_number() over (
        partition by app_id, operation_id
        order by received_at nulls last, _content_hash
    ) = 1
),

named as (
    select
        operations.*,
        {{ each_text_property('properties') }} as property
    from operations
    where operation <> 'delete'
    union all by name
    select
        carried.*,
        'set' as operation,
        {{ each_carried_property('properties') }} as property
    from carried
)

select
    app_id,
    operation_id,
    user_id,
    anonymous_id,
    case when operation = 'set' and coalesce(property.value, 'null') = 'null' then 'unset' else operation end as operation,
    property.name as property_name,
    case when operation <> 'unset' then nullif(property.value, 'null') end as value,
    coalesce({{ moment_of_micros('property.set_micros') }}, occurred_at) as occurred_at,
    received_at
from named
where operation <> 'set_once' or coalesce(property.value, 'null') <> 'null'
qualify row_number() over (partition by app_id, operation_id, property.name order by property.value) = 1
union all
select
    app_id,
    operation_id,
    user_id,
    anonymous_id,
    operation,
    cast(null as {{ dbt.type_string() }}) as property_name,
    cast(null as {{ dbt.type_string() }}) as value,
    occurred_at,
    received_at
from operations
where operation = 'delete'
