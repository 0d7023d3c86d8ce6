-- An app's own weeks are in fct_user_lifecycle; where they start on another day than the company's, who came back and
-- who fell silent in a company week has to be counted anew.
with active_weeks as (
    select distinct
        daily.app_id,
        daily.user_id,
        {{ period_start("daily.activity_date", "week", "run.week_start") }} as period_start
    from {{ ref("int_user_daily") }} as daily
    cross join {{ ref("int_run") }} as run
    where daily.is_active
),

history as (
    select
        *,
        lag(period_start) over (partition by app_id, user_id order by period_start) as previous_start,
        lead(period_start) over (partition by app_id, user_id order by period_start) as next_start
    from active_weeks
),

movements as (
    select
        history.app_id,
        history.period_start,
        1 as resurrected,
        0 as dormant,
        0 as churned
    from history
    inner join {{ ref("int_users") }} as users
        on history.app_id = users.app_id and history.user_id = users.user_id
    where
        {{ add_days("history.previous_start", 7) }} < history.period_start
        or (history.previous_start is null and users.is_preexisting)
    union all
    select
        app_id,
        {{ add_days("period_start", 7) }} as period_start,
        0 as resurrected,
        1 as dormant,
        0 as churned
    from history
    where next_start is null or next_start > {{ add_days("period_start", 7) }}
    union all
    select
        days.app_id,
        {{ period_start(add_days("days.activity_date", 30), "week", "run.week_start") }} as period_start,
        0 as resurrected,
        0 as dormant,
        1 as churned
    from {{ ref("int_user_active_days") }} as days
    cross join {{ ref("int_run") }} as run
    inner join {{ ref("int_app_lives") }} as lives on days.app_id = lives.app_id
    where
        (days.next_date is null or days.next_date > {{ add_days("days.activity_date", 30) }})
        and {{ add_days("days.activity_date", 30) }} <= lives.last_date
)

select
    movements.app_id,
    'company_week' as period_kind,
    movements.period_start,
    cast(sum(movements.resurrected) as bigint) as resurrected_users,
    cast(sum(movements.dormant) as bigint) as dormant_users,
    cast(sum(movements.churned) as bigint) as churned_users
from movements
inner join {{ ref("int_app_lives") }} as lives on movements.app_id = lives.app_id
where movements.period_start <= lives.last_date
group by movements.app_id, movements.period_start
