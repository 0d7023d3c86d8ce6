{{ config(meta={"dagster": {"ref": {"name": "fct_user_retention"}}}) }}

-- Who was active exactly in period N was so within 1..N; within grows with N, on_or_after falls. on_or_after looks only
-- through the last complete day, so it bounds the mature cells alone.
with cells as (
    select
        app_id,
        cohort_type,
        grain,
        cohort_start,
        period_number,
        max(is_mature) as is_mature,
        max(case when retention_type = 'on' then retained_users end) as users_on,
        max(case when retention_type = 'within' then retained_users end) as users_within,
        max(case when retention_type = 'on_or_after' then retained_users end) as users_on_or_after
    from {{ ref("fct_user_retention") }}
    where dimension = 'all' and period_number > 0
    group by app_id, cohort_type, grain, cohort_start, period_number
),

compared as (
    select
        *,
        lag(users_within) over cohort as users_within_before,
        lag(users_on_or_after) over cohort as users_on_or_after_before
    from cells
    window cohort as (partition by app_id, cohort_type, grain, cohort_start order by period_number)
)

select
    app_id,
    cohort_type,
    grain,
    cohort_start,
    period_number
from compared
where
    users_on > users_within
    or users_within_before > users_within
    or users_on_or_after > users_on_or_after_before
    or (is_mature and users_on > users_on_or_after)
