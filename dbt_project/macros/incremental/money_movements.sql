{# Query: what orders and refunds move, per user and local date. A refund counts on the date it is made, not on the
   date of its order. #}
{% macro money_movements() -%}
    select
        app_id,
        user_id,
        order_date as activity_date,
        1 as orders,
        gross_amount_reporting as gross_revenue,
        cast(0 as decimal(20, 6)) as refunded_revenue
    from {{ ref('int_orders') }}
    union all
    select
        app_id,
        user_id,
        refund_date as activity_date,
        0 as orders,
        cast(0 as decimal(20, 6)) as gross_revenue,
        amount_reporting as refunded_revenue
    from {{ ref('int_refunds') }}
{%- endmacro %}

{# Query: the same, added up to one row per app_id, user_id and activity_date. #}
{% macro money_days() -%}
    select
        app_id,
        user_id,
        activity_date,
        cast(sum(orders) as bigint) as orders,
        cast(sum(gross_revenue) as decimal(38, 6)) as gross_revenue,
        cast(sum(refunded_revenue) as decimal(38, 6)) as refunded_revenue
    from ({{ money_movements() }}) as money_movements
    group by app_id, user_id, activity_date
{%- endmacro %}
