{{ config(severity="warn", meta={"dagster": {"ref": {"name": "fct_follower_daily"}}}) }}

-- Today's total should be yesterday's plus the net of the day; the platform counts both, not always alike.
select
    today.app_id,
    today.distribution_channel,
    today.account_id,
    today.activity_date,
    yesterday.total_followers as total_before,
    today.net_followers,
    today.total_followers
from {{ ref("fct_follower_daily") }} as today
inner join {{ ref("fct_follower_daily") }} as yesterday
    on
        today.app_id = yesterday.app_id
        and today.distribution_channel = yesterday.distribution_channel
        and today.account_id = yesterday.account_id
        and today.activity_date = {{ add_days("yesterday.activity_date", 1) }}
where today.total_followers <> yesterday.total_followers + today.net_followers
