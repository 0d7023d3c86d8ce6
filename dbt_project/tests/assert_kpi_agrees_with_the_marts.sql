-- The generic path must give what a plain query over a mart gives.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}

with expected as (
    select app_id, 'active_users' as kpi_code, grain, period_start, cast(active_users as decimal(28, 8)) as numerator
    from {{ ref("fct_user_lifecycle") }}
    union all
    select app_id, 'resurrected_users', grain, period_start, cast(resurrected_users as decimal(28, 8))
    from {{ ref("fct_user_lifecycle") }}
    union all
    select app_id, 'mau', 'day', activity_date, cast(mau as decimal(28, 8))
    from {{ ref("fct_active_users") }}
    where dimension = 'all'
    union all
    select app_id, 'gross_revenue', 'day', order_date, cast(sum(gross_amount_reporting) as decimal(28, 8))
    from {{ ref("fct_orders") }}
    group by app_id, order_date
    union all
    select app_id, 'paying_users', 'day', order_date, cast(count(distinct user_id) as decimal(28, 8))
    from {{ ref("fct_orders") }}
    where gross_amount_reporting > 0
    group by app_id, order_date
    union all
    select app_id, 'net_revenue', 'day', movement_date, cast(sum(amount) as decimal(28, 8))
    from (
        select app_id, order_date as movement_date, cast(gross_amount_reporting as decimal(38, 6)) as amount
        from {{ ref("fct_orders") }}
        union all
        select app_id, refund_date, cast(-amount_reporting as decimal(38, 6))
        from {{ ref("fct_refunds") }}
    ) as movements
    group by app_id, movement_date
    union all
    select app_id, 'ad_spend', 'day', report_date, cast(sum(spend_reporting) as decimal(28, 8))
    from {{ ref("fct_ad_performance") }}
    group by app_id, report_date
),

kpis as (
    select app_id, kpi_code, grain, period_start, numerator
    from {{ ref("fct_kpi") }}
    where
        app_id <> '*'
        and dimension = 'all'
        and is_current
        and (
            kpi_code in ('active_users', 'resurrected_users')
            or (grain = 'day' and kpi_code in ('mau', 'gross_revenue', 'paying_users', 'net_revenue', 'ad_spend'))
        )
)

select
    app_id,
    kpi_code,
    grain,
    period_start,
    expected.numerator as mart_number,
    kpis.numerator as kpi_number
from expected
full outer join kpis using (app_id, kpi_code, grain, period_start)
where coalesce(expected.numerator, 0) <> coalesce(kpis.numerator, 0)
