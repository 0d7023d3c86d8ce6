-- depends_on: {{ ref('int_kept_events') }}
-- depends_on: {{ ref('int_orders') }}
-- depends_on: {{ ref('int_refunds') }}
-- depends_on: {{ ref('int_run') }}
-- depends_on: {{ ref('int_touched_sessions') }}
{%- set daily = stored('int_user_daily') %}
{% if not daily %}
-- A first load builds every user-day.
select
    app_id,
    user_id,
    event_date as activity_date
from {{ ref('int_events') }}
where false
{% else %}
with money_days as (
    {{ money_days() }}
),

stored_money_days as (
    select
        app_id,
        user_id,
        activity_date,
        orders,
        gross_revenue,
        refunded_revenue
    from {{ daily }}
    where orders > 0 or gross_revenue <> 0 or refunded_revenue <> 0 or events = 0
),

-- Orders and refunds are few and are rebuilt whole; user-days that hold other amounts than they give are out of date.
money_changes as (
    select
        app_id,
        user_id,
        activity_date
    from money_days
    full outer join stored_money_days using (app_id, user_id, activity_date)
    where
        money_days.orders is distinct from stored_money_days.orders
        or money_days.gross_revenue is distinct from stored_money_days.gross_revenue
        or money_days.refunded_revenue is distinct from stored_money_days.refunded_revenue
)

{{ changed_user_days() }}
union distinct
select
    app_id,
    user_id,
    {{ each_day('session_date', 'ended_date') }} as activity_date
from {{ ref('int_touched_sessions') }}
union distinct
select
    app_id,
    user_id,
    activity_date
from money_changes
{% endif %}
