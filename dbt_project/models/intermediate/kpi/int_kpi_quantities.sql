-- A mart's KPI rows are per app; a company user is (app_id, user_id), so the company is always the sum of its apps over
-- the same company period, distinct counts included.
{% set marts = [
    "fct_user_daily",
    "fct_active_users",
    "int_user_daily_dimensions",
    "fct_user_lifecycle",
    "int_kpi_company_week_lifecycle",
    "int_kpi_buyer_periods",
    "fct_user_recall",
    "fct_funnel_conversions",
    "fct_user_retention",
    "fct_sessions",
    "fct_orders",
    "fct_feedback",
    "fct_content_daily",
    "dim_contents",
    "fct_follower_daily",
    "int_activity_participants",
    "int_activity_periods",
    "fct_activity_daily",
    "int_feature_weeks",
    "fct_channel_daily",
    "fct_ad_performance",
] %}
with app_rows as (
    {% for mart in marts %}
    select app_id, quantity_name, period_kind, period_start, dimension, dimension_value, quantity
    from {{ ref("int_kpi__" ~ mart) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

period_rows as (
    select
        app_id,
        quantity_name,
        period_kind as grain,
        period_start,
        dimension,
        dimension_value,
        quantity
    from app_rows
    where period_kind <> 'company_week'
    union all
    select
        '*' as app_id,
        quantity_name,
        case period_kind when 'company_week' then 'week' else period_kind end as grain,
        period_start,
        dimension,
        dimension_value,
        quantity
    from app_rows
    where period_kind <> 'week'
    union all
    select
        '*' as app_id,
        quantity_name,
        case period_kind when 'company_week' then 'week' else period_kind end as grain,
        period_start,
        'app' as dimension,
        app_id as dimension_value,
        quantity
    from app_rows
    where period_kind <> 'week' and dimension = 'all'
),

totals as (
    select
        app_id,
        quantity_name,
        grain,
        period_start,
        dimension,
        dimension_value,
        cast(sum(quantity) as decimal(38, 8)) as quantity,
        cast(count(*) as integer) as times_told
    from period_rows
    group by app_id, quantity_name, grain, period_start, dimension, dimension_value
),

windows as (
    select
        quantity_name,
        input_name,
        {{ each_number(0, "cast(days as integer) - 1") }} as days_later
    from {{ ref("int_kpi_windows") }}
),

last_days as (
    select
        app_id,
        quantity_name,
        max(period_start) as last_day
    from totals
    where grain = 'day'
    group by app_id, quantity_name
),

rolled as (
    select
        totals.app_id,
        windows.quantity_name,
        {{ add_days("totals.period_start", "windows.days_later") }} as period_start,
        totals.dimension,
        totals.dimension_value,
        totals.quantity,
        last_days.last_day
    from totals
    inner join windows on totals.quantity_name = windows.input_name
    inner join last_days on totals.app_id = last_days.app_id and totals.quantity_name = last_days.quantity_name
    where totals.grain = 'day'
)

select * from totals
union all
select
    app_id,
    quantity_name,
    'day' as grain,
    period_start,
    dimension,
    dimension_value,
    cast(sum(quantity) as decimal(38, 8)) as quantity,
    1 as times_told
from rolled
where period_start <= last_day
group by app_id, quantity_name, period_start, dimension, dimension_value
