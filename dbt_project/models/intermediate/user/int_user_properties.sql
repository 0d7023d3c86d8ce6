{%- set property = 'app_id, user_id, property_name' %}
{%- set so_far = 'partition by ' ~ property ~ ', life order by step rows between unbounded preceding and current row' %}
with operations as (
    select
        operations.app_id,
        coalesce(operations.user_id, identities.user_id, concat('anon:', operations.anonymous_id)) as user_id,
        operations.operation,
        operations.operation_id,
        operations.property_name,
        operations.value,
        operations.occurred_at,
        operations.received_at
    from {{ ref('stg_app_events__user_properties') }} as operations
    cross join {{ ref('int_run') }} as run
    left join {{ ref('int_identities') }} as identities
        on
            operations.app_id = identities.app_id
            and operations.anonymous_id = identities.anonymous_id
            and operations.user_id is null
    where operations.occurred_at <= run.as_of
),

properties as (
    select distinct
        app_id,
        user_id,
        property_name
    from operations
    where operation <> 'delete'
),

-- The delete of a profile unsets every property that its user ever has.
single as (
    select * from operations
    where operation <> 'delete'
    union all by name
    select
        operations.app_id,
        operations.user_id,
        'unset' as operation,
        operations.operation_id,
        properties.property_name,
        operations.value,
        operations.occurred_at,
        operations.received_at
    from operations
    inner join properties
        on operations.app_id = properties.app_id and operations.user_id = properties.user_id
    where operations.operation = 'delete'
),

steps as (
    select
        *,
        row_number() over (
            partition by {{ property }}
            order by occurred_at, coalesce(received_at, occurred_at), operation_id, operation
        ) as step
    from single
),

-- A set or an unset begins a life of the property, whatever was before.
lives as (
    select
        *,
        sum(case when operation in ('set', 'unset') then 1 else 0 end) over (
            partition by {{ property }}
            order by step rows between unbounded preceding and current row
        ) as life
    from steps
),

-- The first value of a life decides its kind: a number is added to, a list is appended to, all else stays.
first_steps as (
    select
        *,
        min(case when value is not null then step end) over ({{ so_far }}) as first_step
    from lives
),

first_values as (
    select
        *,
        max(case when step = first_step then value end) over ({{ so_far }}) as first_value
    from first_steps
),

sums as (
    select
        *,
        {{ plain_number('first_value') }} as first_number,
        sum(case when operation = 'increment' and step > first_step then {{ plain_number('value') }} end)
            over ({{ so_far }}) as increments,
        {{ joined_so_far(
            "case when step = first_step or operation = 'append' then nullif(substring(value, 2, length(value) - 2), '') end",
            so_far
        ) }} as joined
    from first_values
),

states as (
    select
        app_id,
        user_id,
        property_name,
        occurred_at,
        step,
        case
            when first_number is not null and increments is not null
                then rtrim(rtrim(
                    cast(cast(first_number + increments as decimal(38, 9)) as {{ dbt.type_string() }}), '0'
                ), '.')
            when {{ is_json_list('first_value') }} then {{ json_list('joined') }}
            else first_value
        end as value
    from sums
    -- Of several operations at one moment the last one leaves the state.
    qualify row_number() over (partition by {{ property }}, occurred_at order by step desc) = 1
),

changes as (
    select
        *,
        lag(value) over (partition by {{ property }} order by step) as previous_value
    from states
),

history as (
    select
        app_id,
        user_id,
        property_name,
        occurred_at as valid_from,
        lead(occurred_at) over (partition by {{ property }} order by step) as valid_to,
        value
    from changes
    where value is distinct from previous_value
)

select
    app_id,
    user_id,
    property_name,
    valid_from,
    valid_to,
    value
from history
where value is not null
