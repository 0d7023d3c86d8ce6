-- First the moment, then the event at that moment: two cheap aggregates in place of a window over all events.
with identified as (
    select
        app_id,
        anonymous_id,
        user_id,
        occurred_at,
        event_id
    from {{ ref('int_dated_events') }}
    where user_id is not null and anonymous_id is not null and left_out_reason is null
),

first_moments as (
    select
        app_id,
        anonymous_id,
        min(occurred_at) as occurred_at
    from identified
    group by app_id, anonymous_id
)

select
    identified.app_id,
    identified.anonymous_id,
    min_by(identified.user_id, identified.event_id) as user_id
from identified
inner join first_moments
    on
        identified.app_id = first_moments.app_id
        and identified.anonymous_id = first_moments.anonymous_id
        and identified.occurred_at = first_moments.occurred_at
group by identified.app_id, identified.anonymous_id
