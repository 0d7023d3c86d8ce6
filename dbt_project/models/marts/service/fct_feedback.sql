with tickets as (
    select
        tickets.*,
        {{ local_date("tickets.created_at", "apps.timezone") }} as created_date,
        -- What happened after the as-of moment has not happened yet.
        case when tickets.first_responded_at <= run.as_of then tickets.first_responded_at end as answered_at,
        case when tickets.resolved_at <= run.as_of then tickets.resolved_at end as closed_at
    from {{ ref("stg_app_database__tickets") }} as tickets
    inner join {{ ref("int_apps") }} as apps on tickets.app_id = apps.app_id
    cross join {{ ref("int_run") }} as run
    where tickets.created_at <= run.as_of
)

select
    tickets.app_id,
    tickets.ticket_id,
    tickets.user_id,
    tickets.created_at,
    tickets.created_date,
    case
        when lower(tickets.feedback_type) in ('complaint', '投诉') then 'complaint'
        when lower(tickets.feedback_type) in ('question', '咨询', '问题') then 'question'
        when lower(tickets.feedback_type) in ('suggestion', '建议') then 'suggestion'
        else lower(tickets.feedback_type)
    end as feedback_type,
    tickets.severity,
    tickets.app_version,
    tickets.activity_id,
    tickets.content_id,
    -- An answer before the question is a slip of a clock: no duration.
    case
        when tickets.answered_at >= tickets.created_at
            then {{ seconds_between("tickets.created_at", "tickets.answered_at") }}
    end as first_response_seconds,
    case
        when tickets.closed_at >= tickets.created_at
            then {{ seconds_between("tickets.created_at", "tickets.closed_at") }}
    end as resolution_seconds,
    cast(tickets.satisfaction_score as bigint) as satisfaction_score,
    tickets.status
from tickets
anti join {{ ref("int_excluded_users") }} as excluded
    on
        tickets.app_id = excluded.app_id
        and tickets.user_id = excluded.user_id
        and tickets.created_date >= excluded.from_date
