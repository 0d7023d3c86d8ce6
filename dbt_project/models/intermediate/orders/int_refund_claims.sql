with database_apps as (
    select distinct app_id from {{ ref('stg_app_database__orders') }}
),

claims as (
    select
        refunds.app_id,
        refunds.refund_id,
        refunds.order_id,
        refunds.refunded_at,
        refunds.amount,
        refunds.currency_code
    from {{ ref('stg_app_database__refunds') }} as refunds
    semi join database_apps
        on refunds.app_id = database_apps.app_id
    union all
    select
        events.app_id,
        events.event_id as refund_id,
        events.order_id,
        events.occurred_at as refunded_at,
        coalesce(events.revenue, cast(0 as decimal(20, 6))) as amount,
        events.currency_code
    from {{ ref('int_events') }} as events
    anti join database_apps
        on events.app_id = database_apps.app_id
    where events.measure = 'refund'
),

-- Orders of excluded users are no orders here, and that is meant: their refunds are not missing an order.
excluded_orders as (
    select distinct
        orders.app_id,
        orders.order_id
    from {{ ref('stg_app_database__orders') }} as orders
    semi join {{ ref('int_excluded_users') }} as excluded
        on orders.app_id = excluded.app_id and orders.user_id = excluded.user_id
)

select
    claims.app_id,
    claims.refund_id,
    claims.order_id,
    orders.user_id,
    claims.refunded_at,
    {{ local_date('claims.refunded_at', 'apps.timezone') }} as refund_date,
    claims.amount,
    claims.currency_code as claimed_currency_code,
    orders.currency_code,
    orders.fx_rate,
    {{ converted('claims.amount', 'orders.fx_rate') }} as amount_reporting,
    orders.order_id is not null as has_order
from claims
inner join {{ ref('int_apps') }} as apps
    on claims.app_id = apps.app_id
cross join {{ ref('int_run') }} as run
left join {{ ref('int_orders') }} as orders
    on claims.app_id = orders.app_id and claims.order_id = orders.order_id
left join excluded_orders
    on claims.app_id = excluded_orders.app_id and claims.order_id = excluded_orders.order_id
where
    claims.refunded_at <= run.as_of
    and (orders.order_id is not null or excluded_orders.order_id is null)
