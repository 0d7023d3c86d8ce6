-- depends_on: {{ ref('int_event_changes') }}
{%- set kept, earlier = stored('int_kept_events'), stored('int_excluded_users') %}
with exclusions as (
    select
        app_id,
        user_id,
        device_id,
        coalesce(from_date, cast('1900-01-01' as date)) as from_date
    from {{ ref('stg_ops_workbook__excluded_users') }}
),

devices as (
    select * from exclusions
    where user_id is null
),

{% if kept %}
-- All of history is looked through only when the workbook names a device.
device_events as (
    select
        kept.app_id,
        kept.device_id,
        kept.event_date,
        kept.anonymous_id,
        case when kept.is_identified then kept.user_id end as user_id
    from {{ kept }} as kept
    semi join devices on kept.app_id = devices.app_id and kept.device_id = devices.device_id
    anti join {{ ref('int_event_changes') }} as changes
        on kept.app_id = changes.app_id and kept.event_id = changes.event_id
    where coalesce(kept.left_out_reason, 'excluded_user') = 'excluded_user'
    union all
    select
        app_id,
        device_id,
        event_date,
        anonymous_id,
        case when is_identified then user_id end as user_id
    from {{ ref('int_event_changes') }}
    where left_out_reason is null
),
{% else %}
device_events as (
    select
        app_id,
        device_id,
        event_date,
        anonymous_id,
        user_id
    from {{ ref('int_dated_events') }}
    where left_out_reason is null
),
{% endif %}

excluded as (
    select
        app_id,
        user_id,
        from_date
    from exclusions
    where user_id is not null
    union all
    -- Whoever used an excluded device from its date on: also the orders and tickets of a bot are to go.
    select
        events.app_id,
        coalesce(events.user_id, identities.user_id, concat('anon:', events.anonymous_id)) as user_id,
        devices.from_date
    from device_events as events
    inner join devices
        on
            events.app_id = devices.app_id
            and events.device_id = devices.device_id
            and events.event_date >= devices.from_date
    left join {{ ref('int_identities') }} as identities
        on
            events.app_id = identities.app_id
            and events.anonymous_id = identities.anonymous_id
            and events.user_id is null
),

dated as (
    select
        app_id,
        user_id,
        min(from_date) as from_date
    from excluded
    group by app_id, user_id
)

select
    dated.app_id,
    dated.user_id,
    dated.from_date,
    {% if earlier %}
    earlier.user_id is null or dated.from_date < earlier.from_date as is_wider
    {% else %}
    true as is_wider
    {% endif %}
from dated
{% if earlier %}
left join {{ earlier }} as earlier on dated.app_id = earlier.app_id and dated.user_id = earlier.user_id
{% endif %}
