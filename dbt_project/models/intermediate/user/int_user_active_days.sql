select
    users.app_id,
    users.user_number,
    daily.activity_date,
    lag(daily.activity_date) over user_history as previous_date,
    lead(daily.activity_date) over user_history as next_date
from {{ ref("int_user_daily") }} as daily
inner join {{ ref("int_users") }} as users on daily.app_id = users.app_id and daily.user_id = users.user_id
where daily.is_active
window user_history as (partition by users.user_number order by daily.activity_date)
