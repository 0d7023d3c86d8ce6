{{ config(meta={'dagster': {'ref': {'name': 'fct_activity_review'}}}) }}

-- Costs are the sum of the days; participants are at least those of the busiest day and at most those of all days.
with days as (
    select
        app_id,
        activity_id,
        sum(total_cost) as total_cost,
        max(participants) as busiest_day,
        sum(participants) as user_days
    from {{ ref('fct_activity_daily') }}
    group by app_id, activity_id
)

select
    reviews.app_id,
    reviews.activity_id,
    reviews.total_cost,
    days.total_cost as total_cost_of_days,
    reviews.participants,
    days.busiest_day,
    days.user_days
from {{ ref('fct_activity_review') }} as reviews
left join days on reviews.app_id = days.app_id and reviews.activity_id = days.activity_id
where
    reviews.total_cost <> coalesce(days.total_cost, 0)
    or reviews.participants not between coalesce(days.busiest_day, 0) and coalesce(days.user_days, 0)
