with visits as (
    select
        app_id,
        subject_id as item_id,
        activity_date,
        viewers as visitors,
        views,
        view_seconds as dwell_seconds,
        cart_users
    from {{ ref('int_subject_days') }}
    where subject = 'item'
),

-- An order belongs to the item that its (first) purchase event names.
order_items as (
    select
        app_id,
        coalesce(order_id, event_id) as order_id,
        item_id,
        coalesce(quantity, 1) as quantity
    from {{ ref('int_events') }}
    where measure = 'purchase' and item_id is not null
    qualify row_number() over (
        partition by app_id, coalesce(order_id, event_id) order by occurred_at, event_id
    ) = 1
),

sales as (
    select
        orders.app_id,
        order_items.item_id,
        orders.order_date as activity_date,
        cast(count(distinct case when orders.gross_amount > 0 then orders.user_id end) as bigint) as paying_buyers,
        cast(count(*) as bigint) as orders,
        cast(sum(order_items.quantity) as decimal(38, 6)) as quantity,
        cast(sum(orders.net_amount_reporting) as decimal(38, 6)) as net_revenue
    from {{ ref('fct_orders') }} as orders
    inner join order_items on orders.app_id = order_items.app_id and orders.order_id = order_items.order_id
    group by orders.app_id, order_items.item_id, orders.order_date
),

joined as (
    select
        app_id,
        item_id,
        activity_date,
        {% for column in ['visitors', 'views'] %}
        coalesce(visits.{{ column }}, cast(0 as bigint)) as {{ column }},
        {% endfor %}
        cast(coalesce(visits.dwell_seconds, 0) as decimal(38, 6)) as dwell_seconds,
        {% for column in ['visits.cart_users', 'sales.paying_buyers', 'sales.orders'] %}
        coalesce({{ column }}, cast(0 as bigint)) as {{ column.split('.')[1] }},
        {% endfor %}
        cast(coalesce(sales.quantity, 0) as decimal(38, 6)) as quantity,
        cast(coalesce(sales.net_revenue, 0) as decimal(38, 6)) as net_revenue
    from visits
    full outer join sales using (app_id, item_id, activity_date)
)

select
    joined.app_id,
    joined.item_id,
    joined.activity_date,
    joined.visitors,
    joined.views,
    joined.dwell_seconds,
    joined.cart_users,
    joined.paying_buyers,
    joined.orders,
    joined.quantity,
    joined.net_revenue,
    {{ ratio('joined.paying_buyers', 'joined.visitors') }} as conversion_rate,
    coalesce(days.is_complete, false) as is_complete
from joined
left join {{ ref('int_app_days') }} as days
    on joined.app_id = days.app_id and joined.activity_date = days.activity_date
