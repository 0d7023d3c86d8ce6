-- depends_on: {{ source('app_events', 'events') }}
{{ config(tags=["audit"], meta={"dagster": {"ref": {"name": "int_kept_events"}}}) }}

-- Over all accepted raw rows, of all history: of each event exactly the version that counts is kept, and nothing else.
with versions as (
    select
        app_id,
        event_id,
        {{ lookup_key(['_content_hash']) }} as content_key,
        _batch_id as batch_id,
        coalesce(received_at, occurred_at) as ordered_at
    from {{ read_raw('app_events', 'events') }}
),

repeated as (
    select
        app_id,
        event_id
    from versions
    group by app_id, event_id
    having count(*) > 1
),

winners as (
    select versions.*
    from versions
    anti join repeated on versions.app_id = repeated.app_id and versions.event_id = repeated.event_id
    union all
    select versions.*
    from versions
    semi join repeated on versions.app_id = repeated.app_id and versions.event_id = repeated.event_id
    qualify row_number() over (
        partition by versions.app_id, versions.event_id
        order by versions.ordered_at, versions.content_key, versions.batch_id
    ) = 1
)

select
    app_id,
    event_id,
    winners.batch_id as right_batch_id,
    kept.batch_id as kept_batch_id
from winners
full outer join {{ ref('int_kept_events') }} as kept using (app_id, event_id)
where
    winners.batch_id is distinct from kept.batch_id
    or winners.content_key is distinct from kept.content_key
