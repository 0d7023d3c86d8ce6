{# Day numbers of new users: what they brought in, and whether they were back, n days after their first active date. #}
select
    users.app_id,
    coalesce(users.acquisition_channel, '(unknown)') as channel,
    users.first_active_date as acquisition_date,
    -- What was paid before the first activity counts on day 0.
    greatest({{ days_between('users.first_active_date', 'daily.activity_date') }}, 0) as day_number,
    cast(count(case when daily.is_active then 1 end) as bigint) as active_users,
    cast(sum(daily.net_revenue) as decimal(38, 6)) as net_revenue
from {{ ref('int_users') }} as users
inner join {{ ref('int_user_daily') }} as daily
    on users.app_id = daily.app_id and users.user_id = daily.user_id
where users.first_active_date is not null and not users.is_preexisting
group by 1, 2, 3, 4
