-- Few events repeat, so the ids are counted first and only their rows are compared.
with repeated as (
    select
        app_id,
        event_id
    from {{ ref('stg_app_events__events') }}
    group by app_id, event_id
    having count(*) > 1
),

versions as (
    select
        events.app_id,
        events.event_id,
        events.content_hash,
        events.batch_id,
        row_number() over (
            partition by events.app_id, events.event_id
            order by coalesce(events.received_at, events.occurred_at), events.content_hash, events.batch_id
        ) as version_number,
        first_value(events.content_hash) over (
            partition by events.app_id, events.event_id
            order by coalesce(events.received_at, events.occurred_at), events.content_hash, events.batch_id
        ) as kept_content_hash
    from {{ ref('stg_app_events__events') }} as events
    semi join repeated
        on events.app_id = repeated.app_id and events.event_id = repeated.event_id
)

select
    app_id,
    event_id,
    content_hash,
    batch_id,
    content_hash <> kept_content_hash as is_contradiction
from versions
where version_number > 1
