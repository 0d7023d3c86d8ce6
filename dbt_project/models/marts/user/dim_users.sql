with totals as (
    select
        app_id,
        user_id,
        max(activity_date) filter (where is_active) as last_active_date,
        count(*) filter (where is_active) as active_days,
        sum(sessions) as sessions,
        sum(orders) as orders,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue,
        sum(net_revenue) as net_revenue
    from {{ ref("int_user_daily") }}
    group by app_id, user_id
),

first_payments as (
    select
        app_id,
        user_id,
        min(order_date) as first_paid_date
    from {{ ref("int_orders") }}
    where gross_amount > 0
    group by app_id, user_id
),

-- A return after a month of silence, in the last 7 days.
returns as (
    select distinct days.user_number
    from {{ ref("int_user_active_days") }} as days
    inner join {{ ref("int_apps") }} as apps on days.app_id = apps.app_id
    where
        {{ days_between("days.previous_date", "days.activity_date") }} - 1 >= 30
        and {{ days_between("days.activity_date", "apps.last_complete_date") }} <= 6
),

tiers as (
    select
        app_id,
        user_id,
        tier
    from {{ ref("dim_user_tiers") }}
    where valid_to is null
),

points as (
    select
        app_id,
        user_id,
        sum(earned - used - expired) as points_balance
    from {{ ref("fct_points_daily") }}
    group by app_id, user_id
)

select
    users.app_id,
    users.user_id,
    users.registered_date,
    users.first_active_at,
    users.first_active_date,
    totals.last_active_date,
    users.acquisition_channel,
    users.acquisition_campaign,
    users.acquisition_source,
    users.first_platform,
    users.country,
    users.region,
    cast(coalesce(totals.active_days, 0) as bigint) as active_days,
    cast(coalesce(totals.sessions, 0) as bigint) as sessions,
    cast(coalesce(totals.orders, 0) as bigint) as orders,
    cast(coalesce(totals.gross_revenue, 0) as decimal(38, 6)) as gross_revenue,
    cast(coalesce(totals.refunded_revenue, 0) as decimal(38, 6)) as refunded_revenue,
    cast(coalesce(totals.net_revenue, 0) as decimal(38, 6)) as net_revenue,
    first_payments.first_paid_date,
    first_payments.first_paid_date is not null as is_paying,
    case
        when totals.last_active_date is null then null
        when {{ days_between("totals.last_active_date", "apps.last_complete_date") }} >= 30 then 'churned'
        when {{ days_between("totals.last_active_date", "apps.last_complete_date") }} >= 7 then 'dormant'
        when {{ days_between("users.first_active_date", "apps.last_complete_date") }} <= 6
            then case when users.is_preexisting then 'resurrected' else 'new' end
        when returns.user_number is not null then 'resurrected'
        else 'active'
    end as lifecycle_state,
    customer_values.rfm_recency_days,
    customer_values.rfm_frequency,
    customer_values.rfm_monetary,
    customer_values.rfm_segment,
    customer_values.btyd_frequency,
    customer_values.btyd_recency_days,
    customer_values.btyd_age_days,
    customer_values.btyd_monetary_value,
    coalesce(tiers.tier, users.tier) as tier,
    cast(coalesce(points.points_balance, 0) as bigint) as points_balance
from {{ ref("int_users") }} as users
inner join {{ ref("int_apps") }} as apps on users.app_id = apps.app_id
left join totals on users.app_id = totals.app_id and users.user_id = totals.user_id
left join first_payments on users.app_id = first_payments.app_id and users.user_id = first_payments.user_id
left join returns on users.user_number = returns.user_number
left join {{ ref("int_customer_values") }} as customer_values
    on users.app_id = customer_values.app_id and users.user_id = customer_values.user_id
left join tiers on users.app_id = tiers.app_id and users.user_id = tiers.user_id
left join points on users.app_id = points.app_id and users.user_id = points.user_id
