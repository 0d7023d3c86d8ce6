{# Participants count between start and end; orders, points and costs that name the activity count whenever they happen. #}
with participants as (
    select
        participants.app_id,
        participants.activity_id,
        participants.activity_date,
        cast(count(*) as bigint) as participants,
        cast(count(case when users.is_new then 1 end) as bigint) as new_users
    from {{ ref('int_activity_participants') }} as participants
    left join {{ ref('fct_user_daily') }} as users
        on
            participants.app_id = users.app_id
            and participants.user_id = users.user_id
            and participants.activity_date = users.activity_date
    group by participants.app_id, participants.activity_id, participants.activity_date
),

movements as (
    select
        app_id,
        activity_id,
        order_date as activity_date,
        cast(1 as bigint) as orders,
        net_amount_reporting as net_revenue,
        discount_amount_reporting as discount_amount,
        0 as points_cost,
        0 as ad_cost,
        0 as other_cost
    from {{ ref('fct_orders') }}
    where activity_id is not null
    union all
    select app_id, activity_id, ledger_date, 0, 0, 0, cost_amount_reporting, 0, 0
    from {{ ref('int_activity_points') }}
    union all
    select app_id, activity_id, report_date, 0, 0, 0, 0, spend_reporting, 0
    from {{ ref('int_ad_performance') }}
    where activity_id is not null
    union all
    select app_id, activity_id, cost_date, 0, 0, 0, 0, 0, amount_reporting
    from {{ ref('int_channel_costs') }}
    where activity_id is not null
),

effects as (
    select
        app_id,
        activity_id,
        activity_date,
        cast(sum(orders) as bigint) as orders,
        {% for amount in ['net_revenue', 'discount_amount', 'points_cost', 'ad_cost', 'other_cost'] %}
        cast(sum({{ amount }}) as decimal(38, 6)) as {{ amount }}{{ ',' if not loop.last }}
        {% endfor %}
    from movements
    group by app_id, activity_id, activity_date
),

keys as (
    select app_id, activity_id, activity_date from participants
    union
    select app_id, activity_id, activity_date from effects
),

-- Ad platforms whose spend the activity bears: their reports must have arrived too.
ad_days as (
    select
        mapped.activity_id,
        feed.app_id,
        feed.activity_date,
        bool_and(feed.is_complete) as is_complete
    from (
        select distinct app_id, activity_id, platform
        from {{ ref('stg_ops_workbook__ad_accounts') }}
        where activity_id is not null
    ) as mapped
    inner join {{ ref('int_ad_feed_days') }} as feed
        on mapped.app_id = feed.app_id and mapped.platform = feed.platform
    group by mapped.activity_id, feed.app_id, feed.activity_date
),

joined as (
    select
        keys.app_id,
        keys.activity_id,
        keys.activity_date,
        coalesce(participants.participants, 0) as participants,
        coalesce(participants.new_users, 0) as new_users,
        coalesce(effects.orders, 0) as orders,
        {% for amount in ['net_revenue', 'discount_amount', 'points_cost', 'ad_cost', 'other_cost'] %}
        cast(coalesce(effects.{{ amount }}, 0) as decimal(38, 6)) as {{ amount }},
        {% endfor %}
        -- Outside the app's life (spend before launch) only the reports of ads are waited for.
        coalesce(days.is_complete, keys.activity_date <= apps.last_complete_date)
        and coalesce(ad_days.is_complete, true) as is_complete
    from keys
    inner join {{ ref('dim_activities') }} as activities
        on keys.app_id = activities.app_id and keys.activity_id = activities.activity_id
    inner join {{ ref('int_apps') }} as apps on keys.app_id = apps.app_id
    left join participants
        on
            keys.app_id = participants.app_id
            and keys.activity_id = participants.activity_id
            and keys.activity_date = participants.activity_date
    left join effects
        on
            keys.app_id = effects.app_id
            and keys.activity_id = effects.activity_id
            and keys.activity_date = effects.activity_date
    left join {{ ref('int_app_days') }} as days
        on keys.app_id = days.app_id and keys.activity_date = days.activity_date
    left join ad_days
        on
            keys.app_id = ad_days.app_id
            and keys.activity_id = ad_days.activity_id
            and keys.activity_date = ad_days.activity_date
)

select
    app_id,
    activity_id,
    activity_date,
    cast(participants as bigint) as participants,
    cast(new_users as bigint) as new_users,
    cast(participants - new_users as bigint) as existing_users,
    cast(orders as bigint) as orders,
    net_revenue,
    discount_amount,
    points_cost,
    ad_cost,
    other_cost,
    cast(discount_amount + points_cost + ad_cost + other_cost as decimal(38, 6)) as total_cost,
    is_complete
from joined
