with app_days as (
    select
        days.rule,
        days.app_id,
        apps.week_start,
        apps.last_complete_date,
        days.activity_date,
        days.is_whole,
        days.is_followed,
        {{ add_days("days.activity_date", "rules.days_after") }} as matures_on
    from {{ ref("int_kpi_whole_days") }} as days
    inner join {{ ref("int_apps") }} as apps on days.app_id = apps.app_id
    inner join {{ ref("int_kpi_rules") }} as rules on days.rule = rules.rule
),

life_ends as (
    select
        rule,
        app_id,
        max_by(is_followed, activity_date) as is_followed
    from app_days
    group by rule, app_id
),

-- A cohort's day is mature when what its users did on the last day that it needs has arrived too; after an app's life
-- nothing more arrives.
matured as (
    select
        app_days.rule,
        app_days.app_id,
        app_days.week_start,
        app_days.activity_date,
        app_days.is_whole,
        app_days.is_whole and coalesce(
            later.is_followed, life_ends.is_followed and app_days.matures_on <= app_days.last_complete_date
        ) as is_mature
    from app_days
    inner join life_ends on app_days.rule = life_ends.rule and app_days.app_id = life_ends.app_id
    left join app_days as later
        on
            app_days.rule = later.rule
            and app_days.app_id = later.app_id
            and app_days.matures_on = later.activity_date
),

counted as (
    select
        *,
        sum(case when is_whole then 1 else 0 end) over (
            partition by rule, app_id order by activity_date rows between unbounded preceding and current row
        ) as whole_days
    from matured
),

-- A rolling number needs every day of its window, within the app's life.
completed as (
    select
        counted.rule,
        counted.app_id,
        counted.week_start,
        counted.activity_date,
        counted.is_whole,
        counted.is_mature,
        counted.is_mature
        and counted.whole_days - coalesce(before_window.whole_days, 0) = rules.days_before + 1 as is_complete
    from counted
    inner join {{ ref("int_kpi_rules") }} as rules on counted.rule = rules.rule
    left join counted as before_window
        on
            counted.rule = before_window.rule
            and counted.app_id = before_window.app_id
            and {{ add_days("counted.activity_date", "-rules.days_before - 1") }} = before_window.activity_date
),

-- The company's day is over when it is over for every app that lives, in whatever zone.
company_days as (
    select
        days.activity_date,
        bool_and(days.activity_date <= apps.last_complete_date) as is_over
    from {{ ref("int_app_days") }} as days
    inner join {{ ref("int_apps") }} as apps on days.app_id = apps.app_id
    group by days.activity_date
),

-- The company's number is complete when that of every app is: a young app's window of 30 days is not full yet.
all_days as (
    select rule, app_id, week_start, activity_date, is_whole, is_mature, is_complete
    from completed
    union all
    select
        completed.rule,
        '*' as app_id,
        run.week_start,
        completed.activity_date,
        bool_and(completed.is_whole and company_days.is_over) as is_whole,
        bool_and(completed.is_mature and company_days.is_over) as is_mature,
        bool_and(completed.is_complete and company_days.is_over) as is_complete
    from completed
    inner join company_days on completed.activity_date = company_days.activity_date
    cross join {{ ref("int_run") }} as run
    group by completed.rule, run.week_start, completed.activity_date
)

select
    rule,
    app_id,
    activity_date,
    {{ period_start("activity_date", "week", "week_start") }} as week_start_date,
    {{ period_start("activity_date", "month", "week_start") }} as month_start_date,
    is_whole,
    is_mature,
    is_complete
from all_days
