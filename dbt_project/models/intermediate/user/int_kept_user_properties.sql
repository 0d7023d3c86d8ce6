{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {'on': {'user_key': 'user_key', 'app_id': 'app_id', 'user_id': 'user_id'}}},
) }}
{%- set so_far = 'partition by property_number, life order by step rows between unbounded preceding and current row' %}
{%- set is_incremental_run = stored('int_kept_user_properties') %}
with of_run as (
    select operations.*
    from {{ ref('int_profile_operations') }} as operations
    {% if is_incremental_run %}
    inner join {{ ref('int_run') }} as run on operations.run_id = run.run_id
    {% endif %}
),

{% if is_incremental_run %}
-- Who has an operation of this run, and who lost one to another user.
touched as (
    select
        app_id,
        user_id,
        user_key
    from of_run
    union distinct
    select
        app_id,
        previous_user_id as user_id,
        {{ lookup_key(['app_id', 'previous_user_id']) }} as user_key
    from of_run
    where previous_user_id is not null
),

kept as (
    select operations.*
    from {{ ref('int_profile_operations') }} as operations
    semi join touched
        on
            operations.user_key = touched.user_key
            and operations.app_id = touched.app_id
            and operations.user_id = touched.user_id
),
{% else %}
kept as (
    select * from of_run
),
{% endif %}

-- Only the array of GA4 can name a property twice.
named as (
    select
        kept.*,
        {{ each_text_property('properties') }} as property
    from kept
    where operation <> 'delete' and not is_carried
    union all
    select
        kept.*,
        {{ each_carried_property('properties') }} as property
    from kept
    where is_carried and {{ is_json_object('properties') }}
    union all
    select * from (
        select
            kept.*,
            {{ each_carried_property('properties') }} as property
        from kept
        where is_carried and {{ is_json_list('properties') }}
    ) as listed
    qualify row_number() over (
        partition by app_id, operation_id, property.name order by property.value, property.set_micros
    ) = 1
),

operations as (
    select
        app_id,
        user_id,
        case when operation = 'set' and coalesce(property.value, 'null') = 'null' then 'unset' else operation end as operation,
        operation_id,
        property.name as property_name,
        case when operation <> 'unset' then nullif(property.value, 'null') end as value,
        coalesce({{ moment_of_micros('property.set_micros') }}, occurred_at) as occurred_at,
        received_at
    from named
    where operation <> 'set_once' or coalesce(property.value, 'null') <> 'null'
),

-- Numbers in place of three texts make the sorting cheaper.
properties as (
    select
        app_id,
        user_id,
        property_name,
        row_number() over (order by app_id, user_id, property_name) as property_number
    from operations
    group by app_id, user_id, property_name
),

-- The delete of a profile unsets every property that its user ever has.
single as (
    select
        properties.property_number,
        operations.operation,
        operations.operation_id,
        operations.value,
        operations.occurred_at,
        coalesce(operations.received_at, operations.occurred_at) as received_at
    from operations
    inner join properties
        on
            operations.app_id = properties.app_id
            and operations.user_id = properties.user_id
            and operations.property_name = properties.property_name
    union all
    select
        properties.property_number,
        'unset' as operation,
        kept.operation_id,
        cast(null as {{ dbt.type_string() }}) as value,
        kept.occurred_at,
        coalesce(kept.received_at, kept.occurred_at) as received_at
    from kept
    inner join properties
        on kept.app_id = properties.app_id and kept.user_id = properties.user_id
    where kept.operation = 'delete'
),

-- A set or an unset begins a life of the property, whatever was before.
lives as (
    select
        property_number,
        operation,
        value,
        occurred_at,
        row_number() over history as step,
        lead(occurred_at) over history as next_occurred_at,
        sum(case when operation in ('set', 'unset') then 1 else 0 end)
            over (history rows between unbounded preceding and current row) as life
    from single
    window history as (
        partition by property_number order by occurred_at, received_at, operation_id, operation
    )
),

-- The first value of a life decides its kind: a number is added to, a list is appended to, all else stays.
first_values as (
    select
        *,
        min(case when value is not null then step end) over so_far as first_step,
        min_by(value, case when value is not null then step end) over so_far as first_value
    from lives
    window so_far as (
        partition by property_number, life order by step rows between unbounded preceding and current row
    )
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

-- Of several operations at one moment the last one leaves the state.
states as (
    select
        property_number,
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
    where next_occurred_at is distinct from occurred_at
),

changes as (
    select
        *,
        lag(value) over (partition by property_number order by step) as previous_value
    from states
),

periods as (
    select
        property_number,
        occurred_at as valid_from,
        lead(occurred_at) over (partition by property_number order by step) as valid_to,
        value
    from changes
    where value is distinct from previous_value
),

history as (
    select
        properties.app_id,
        properties.user_id,
        properties.property_name,
        periods.valid_from,
        periods.valid_to,
        periods.value
    from periods
    inner join properties on periods.property_number = properties.property_number
    where periods.value is not null
),

values_of_users as (
    select * from history
    {% if is_incremental_run %}
    -- A user who has no property any more leaves one row, which takes the place of those that it had.
    union all
    select
        touched.app_id,
        touched.user_id,
        cast(null as {{ dbt.type_string() }}) as property_name,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        cast(null as {{ dbt.type_string() }}) as value
    from touched
    anti join history
        on touched.app_id = history.app_id and touched.user_id = history.user_id
    {% endif %}
)

select
    values_of_users.*,
    {{ lookup_key(['values_of_users.app_id', 'values_of_users.user_id']) }} as user_key,
    run.run_id
from values_of_users
cross join {{ ref('int_run') }} as run
