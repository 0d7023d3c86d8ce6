-- What fct_user_lifecycle counts in a period, other marts hold in parts: active users by their active days, new users
-- as the cohorts of retention (in each dimension) and of customer value. A part without any row is found as well.
{{ config(meta={"dagster": {"ref": {"name": "fct_user_lifecycle"}}}) }}

with parts as (
    select
        app_id,
        grain,
        period_start,
        'active days' as part,
        sum(users) as users
    from {{ ref("fct_user_stickiness") }}
    group by app_id, grain, period_start
    union all
    select
        app_id,
        grain,
        cohort_start as period_start,
        concat('cohort by ', dimension) as part,
        sum(cohort_users) as users
    from {{ ref("fct_user_retention") }}
    where cohort_type = 'new' and retention_type = 'on' and period_number = 0
    group by app_id, grain, cohort_start, dimension
    union all
    select
        app_id,
        'month' as grain,
        cohort_start as period_start,
        'customer value' as part,
        max(cohort_users) as users
    from {{ ref("fct_user_ltv") }}
    where dimension = 'all'
    group by app_id, cohort_start
    having min(cohort_users) = max(cohort_users)
),

wanted as (
    select
        app_id,
        grain,
        period_start,
        'active days' as part,
        active_users as users
    from {{ ref("fct_user_lifecycle") }}
    where grain <> 'day'
    {% for dimension in ["all", "channel", "platform"] %}
    union all
    select app_id, grain, period_start, 'cohort by {{ dimension }}', new_users
    from {{ ref("fct_user_lifecycle") }}
    {% endfor %}
    union all
    select app_id, grain, period_start, 'customer value', new_users
    from {{ ref("fct_user_lifecycle") }}
    where grain = 'month'
)

select
    app_id,
    grain,
    period_start,
    part
from wanted
full outer join parts using (app_id, grain, period_start, part)
where coalesce(wanted.users, 0) <> coalesce(parts.users, 0)
