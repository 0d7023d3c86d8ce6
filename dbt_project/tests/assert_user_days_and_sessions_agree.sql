{{ config(meta={"dagster": {"ref": {"name": "fct_user_daily"}}}) }}

with by_user_day as (
    select
        app_id,
        activity_date,
        sum(sessions) as sessions,
        sum(engaged_seconds) as engaged_seconds
    from {{ ref("fct_user_daily") }}
    group by app_id, activity_date
    having sum(sessions) > 0
),

by_session as (
    select
        app_id,
        session_date as activity_date,
        count(*) as sessions,
        coalesce(sum(duration_seconds), 0) as engaged_seconds
    from {{ ref("fct_sessions") }}
    group by app_id, session_date
)

select
    coalesce(by_user_day.app_id, by_session.app_id) as app_id,
    coalesce(by_user_day.activity_date, by_session.activity_date) as activity_date
from by_user_day
full outer join by_session
    on by_user_day.app_id = by_session.app_id and by_user_day.activity_date = by_session.activity_date
where
    by_user_day.app_id is null
    or by_session.app_id is null
    or by_user_day.sessions <> by_session.sessions
    or by_user_day.engaged_seconds <> by_session.engaged_seconds
