-- RFM and the columns that buy-till-you-die models expect, both as of the last complete day.
with order_days as (
    select
        orders.app_id,
        orders.user_id,
        orders.order_date as movement_date,
        orders.order_date,
        orders.gross_amount_reporting as amount
    from {{ ref("int_orders") }} as orders
    union all
    select
        refunds.app_id,
        orders.user_id,
        refunds.refund_date as movement_date,
        orders.order_date,
        -refunds.amount_reporting as amount
    from {{ ref("int_refunds") }} as refunds
    inner join {{ ref("int_orders") }} as orders
        on refunds.app_id = orders.app_id and refunds.order_id = orders.order_id
),

-- A date's net amount is what its orders are worth after their refunds, whenever these were made.
order_dates as (
    select
        order_days.app_id,
        order_days.user_id,
        order_days.order_date,
        apps.last_complete_date,
        cast(sum(order_days.amount) as decimal(38, 6)) as net_amount
    from order_days
    inner join {{ ref("int_apps") }} as apps on order_days.app_id = apps.app_id
    where order_days.movement_date <= apps.last_complete_date and order_days.order_date <= apps.last_complete_date
    group by order_days.app_id, order_days.user_id, order_days.order_date, apps.last_complete_date
),

numbered_dates as (
    select
        order_dates.*,
        min(order_date) over (partition by app_id, user_id) as first_order_date
    from order_dates
),

customers as (
    select
        app_id,
        user_id,
        cast({{ days_between("max(order_date)", "max(last_complete_date)") }} as bigint) as rfm_recency_days,
        cast(count(*) as bigint) as rfm_frequency,
        cast(sum(net_amount) as decimal(38, 6)) as rfm_monetary,
        cast(count(*) - 1 as bigint) as btyd_frequency,
        cast({{ days_between("min(order_date)", "max(order_date)") }} as bigint) as btyd_recency_days,
        cast({{ days_between("min(order_date)", "max(last_complete_date)") }} as bigint) as btyd_age_days,
        coalesce(
            cast(sum(net_amount) filter (where order_date > first_order_date) as double)
            / nullif(count(*) filter (where order_date > first_order_date), 0),
            0
        ) as btyd_monetary_value
    from numbered_dates
    group by app_id, user_id
),

scores as (
    select
        customers.*,
        ceil(5 * cume_dist() over (partition by app_id order by rfm_recency_days desc)) as recency_score,
        ceil(5 * cume_dist() over (partition by app_id order by rfm_frequency)) as frequency_score,
        ceil(5 * cume_dist() over (partition by app_id order by rfm_monetary)) as monetary_score
    from customers
)

select
    scores.app_id,
    scores.user_id,
    scores.rfm_recency_days,
    scores.rfm_frequency,
    scores.rfm_monetary,
    cast(scores.recency_score as integer) as rfm_recency_score,
    cast(scores.frequency_score as integer) as rfm_frequency_score,
    cast(scores.monetary_score as integer) as rfm_monetary_score,
    segments.segment as rfm_segment,
    scores.btyd_frequency,
    scores.btyd_recency_days,
    scores.btyd_age_days,
    cast(scores.btyd_monetary_value as double) as btyd_monetary_value
from scores
inner join {{ ref("rfm_segments") }} as segments
    on
        (scores.recency_score >= 4) = segments.is_recent
        and (scores.frequency_score >= 4) = segments.is_frequent
        and (scores.monetary_score >= 4) = segments.is_valuable
