-- An app whose database has orders is counted by them; events of such an app are no second source.
with database_apps as (
    select distinct app_id from {{ ref('stg_app_database__orders') }}
),

database_orders as (
    select
        app_id,
        order_id,
        user_id,
        paid_at,
        gross_amount,
        discount_amount,
        currency_code,
        activity_id,
        channel,
        'app_database' as order_source
    from {{ ref('stg_app_database__orders') }}
    where paid_at is not null
),

-- One order may be reported by several purchase events: the first one is the order.
event_orders as (
    select
        events.app_id,
        coalesce(events.order_id, events.event_id) as order_id,
        events.user_id,
        events.occurred_at as paid_at,
        coalesce(events.revenue, cast(0 as decimal(20, 6))) as gross_amount,
        coalesce(events.discount, cast(0 as decimal(20, 6))) as discount_amount,
        events.currency_code,
        events.activity_id,
        events.channel,
        'app_events' as order_source
    from {{ ref('int_events') }} as events
    anti join database_apps
        on events.app_id = database_apps.app_id
    where events.measure = 'purchase'
    qualify row_number() over (
        partition by events.app_id, coalesce(events.order_id, events.event_id)
        order by events.occurred_at, events.event_id
    ) = 1
),

candidates as (
    select * from database_orders
    union all
    select * from event_orders
),

dated as (
    select
        candidates.app_id,
        candidates.order_id,
        candidates.user_id,
        candidates.paid_at,
        {{ local_date('candidates.paid_at', 'apps.timezone') }} as order_date,
        candidates.gross_amount,
        candidates.discount_amount,
        coalesce(candidates.currency_code, apps.currency_code) as currency_code,
        candidates.activity_id,
        candidates.channel,
        candidates.order_source
    from candidates
    inner join {{ ref('int_apps') }} as apps
        on candidates.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
    where candidates.paid_at <= run.as_of
)

select
    dated.app_id,
    dated.order_id,
    dated.user_id,
    dated.paid_at,
    dated.order_date,
    dated.gross_amount,
    dated.discount_amount,
    dated.currency_code,
    fx_rates.rate_to_reporting as fx_rate,
    dated.activity_id,
    dated.channel,
    dated.order_source,
    {{ converted('dated.gross_amount', 'fx_rates.rate_to_reporting') }} as gross_amount_reporting,
    {{ converted('dated.discount_amount', 'fx_rates.rate_to_reporting') }} as discount_amount_reporting
from dated
anti join {{ ref('int_excluded_users') }} as excluded
    on
        dated.app_id = excluded.app_id
        and dated.user_id = excluded.user_id
        and dated.order_date >= excluded.from_date
left join {{ ref('int_fx_rates') }} as fx_rates
    on dated.currency_code = fx_rates.currency_code and dated.order_date = fx_rates.rate_date
