-- depends_on: {{ ref('int_touched_user_days') }}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {'on': {'app_id': 'app_id', 'conversion_id': 'conversion_id'}}},
) }}
{# Half life of a touch in the model time_decay, and how long before a conversion a touch can have led to it. #}
{%- set half_life_seconds = 7 * 86400 %}
{%- set window_seconds = 30 * 86400 %}
{# Models that give all to one touch, and models that share. #}
{%- set single = {'first': '1', 'last': 'touches', 'last_non_direct': 'coalesce(last_non_direct, touches)'} %}
{%- set shared = ['linear', 'position', 'time_decay'] %}
{%- set kept = stored('int_attribution') %}
with refunded as (
    select
        app_id,
        order_id,
        cast(sum(amount_reporting) as decimal(20, 6)) as amount
    from {{ ref('int_refunds') }}
    group by app_id, order_id
),

orders as (
    select
        orders.app_id,
        orders.order_id as conversion_id,
        orders.user_id,
        orders.order_date,
        orders.paid_at as converted_at,
        cast(orders.gross_amount_reporting - coalesce(refunded.amount, 0) as decimal(20, 6)) as revenue
    from {{ ref('int_orders') }} as orders
    left join refunded on orders.app_id = refunded.app_id and orders.order_id = refunded.order_id
    where orders.gross_amount > 0
),

{% if kept %}
-- The model last has one row per conversion, with all of its revenue.
changed as (
    select
        coalesce(orders.app_id, held.app_id) as app_id,
        coalesce(orders.conversion_id, held.conversion_id) as conversion_id,
        orders.conversion_id is null as is_gone
    from orders
    full outer join (select * from {{ kept }} where attribution_model = 'last') as held
        on orders.app_id = held.app_id and orders.conversion_id = held.conversion_id
    where
        orders.user_id is distinct from held.user_id
        or orders.converted_at is distinct from held.converted_at
        or orders.revenue is distinct from held.attributed_revenue
),

-- 30 x 24 hours end at most 31 dates later.
touched as ( -- noqa: ST03
    select app_id, conversion_id from changed
    where not is_gone
    union distinct
    select
        orders.app_id,
        orders.conversion_id
    from orders
    inner join {{ ref('int_touched_user_days') }} as days
        on
            orders.app_id = days.app_id
            and orders.user_id = days.user_id
            and orders.order_date >= days.activity_date
            and orders.order_date <= {{ add_days('days.activity_date', 31) }}
),
{% endif %}

conversions as (
    select
        *,
        {{ decimal_units('abs(revenue)') }} as revenue_units,
        cast(row_number() over (order by app_id, conversion_id) as bigint) as conversion_number
    from orders
    {% if kept %}
    semi join touched on orders.app_id = touched.app_id and orders.conversion_id = touched.conversion_id
    {% endif %}
),

-- Numbers in place of texts halve the sorting.
buyers as (
    select
        app_id,
        user_id,
        cast(row_number() over (order by app_id, user_id) as bigint) as user_number
    from conversions
    group by app_id, user_id
),

touches as (
    {{ touches_of("buyers") }}
),

-- Of a run of equal touches the last one before the conversion stands for all. Decimals add up to the same in any order.
paths as (
    select
        conversions.conversion_number,
        conversions.revenue_units,
        touches.touched_at,
        touches.event_id,
        touches.channel,
        touches.campaign,
        cast(
            power(
                cast(2 as double),
                -cast({{ seconds_between('touches.touched_at', 'conversions.converted_at') }} as double)
                / {{ half_life_seconds }}
            ) as decimal(18, 17)
        ) as decay
    from conversions
    inner join buyers on conversions.app_id = buyers.app_id and conversions.user_id = buyers.user_id
    inner join touches
        on
            buyers.user_number = touches.user_number
            and conversions.converted_at >= touches.touched_at
            and touches.touched_at >= {{ add_seconds('conversions.converted_at', -window_seconds) }}
    where not coalesce(touches.is_repeated_next and touches.next_touched_at <= conversions.converted_at, false)
),

revenues as (
    {{ shared_out("paths", shared) }}
),

models as (
    {% for model in single.keys() | list + shared %}
    select '{{ model }}' as attribution_model
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

credited as (
    select
        revenues.conversion_number,
        models.attribution_model,
        revenues.touch_number,
        revenues.touched_at,
        revenues.channel,
        revenues.campaign,
        case models.attribution_model
            {% for model in shared %}
            when '{{ model }}' then revenues.{{ model }}_credit
            {% endfor %}
            else 1000000
        end as credit_millionths,
        case models.attribution_model
            {% for model in shared %}
            when '{{ model }}' then revenues.{{ model }}_revenue
            {% endfor %}
            else cast({{ whole_quotient('revenues.revenue_units', '100') }} as decimal(20, 0))
        end as revenue_millionths
    from revenues
    cross join models
    where
        case models.attribution_model
            {% for model, touch in single.items() %}
            when '{{ model }}' then touch_number = {{ touch }}
            {% endfor %}
            {% for model in shared %}
            when '{{ model }}' then {{ model }}_credit > 0
            {% endfor %}
        end
),

-- A conversion without any touch is the work of nobody we know: direct, touch 0.
untouched as (
    select
        conversions.*,
        models.attribution_model
    from conversions
    anti join paths on conversions.conversion_number = paths.conversion_number
    cross join models
),

rows_of_run as (
    select
        conversions.app_id,
        conversions.conversion_id,
        credited.attribution_model,
        cast(credited.touch_number as bigint) as touch_number,
        conversions.user_id,
        credited.channel,
        nullif(credited.campaign, '') as campaign,
        credited.touched_at,
        conversions.converted_at,
        cast(
            cast(credited.credit_millionths as decimal(9, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(9, 6)
        ) as credit,
        cast(
            sign(conversions.revenue) * cast(credited.revenue_millionths as decimal(20, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(20, 6)
        ) as attributed_revenue
    from credited
    inner join conversions on credited.conversion_number = conversions.conversion_number
    union all
    select
        app_id,
        conversion_id,
        attribution_model,
        cast(0 as bigint) as touch_number,
        user_id,
        'direct' as channel,
        cast(null as {{ dbt.type_string() }}) as campaign,
        cast(null as timestamp) as touched_at,
        converted_at,
        cast(1 as decimal(9, 6)) as credit,
        cast(revenue as decimal(20, 6)) as attributed_revenue
    from untouched
    {% if kept %}
    -- What is no conversion any more leaves one row, which takes the place of those that it had.
    union all
    select
        app_id,
        conversion_id,
        '(gone)' as attribution_model,
        cast(0 as bigint) as touch_number,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as campaign,
        cast(null as timestamp) as touched_at,
        cast(null as timestamp) as converted_at,
        cast(0 as decimal(9, 6)) as credit,
        cast(0 as decimal(20, 6)) as attributed_revenue
    from changed
    where is_gone
    {% endif %}
)

select
    rows_of_run.*,
    run.run_id
from rows_of_run
cross join {{ ref('int_run') }} as run
