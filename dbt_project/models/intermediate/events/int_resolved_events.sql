{{ config(materialized='view') }}

select
    events.*,
    coalesce(
        events.user_id,
        identities.user_id,
        concat('anon:', events.anonymous_id)
    ) as resolved_user_id
from {{ ref('int_dated_events') }} as events
left join {{ ref('int_identities') }} as identities
    on
        events.app_id = identities.app_id
        and events.anonymous_id = identities.anonymous_id
        and events.user_id is null
