{% set counters = [
    'impressions', 'views', 'completed_views', 'likes', 'comments', 'shares', 'favorites', 'follows'
] %}
-- A day on which a content was only named (published, reported, bought) is no day of its figures.
with in_app as (
    select
        app_id,
        subject_id as content_id,
        activity_date,
        views,
        viewers,
        view_seconds,
        impressions,
        completed_views,
        likes,
        comments,
        shares,
        favorites,
        follows
    from {{ ref('int_subject_days') }}
    where
        subject = 'content'
        and greatest(views, impressions, completed_views, likes, comments, shares, favorites, follows) > 0
),

-- An order belongs to the content that its (first) purchase event names.
order_contents as (
    select
        app_id,
        coalesce(order_id, event_id) as order_id,
        content_id
    from {{ ref('int_events') }}
    where measure = 'purchase' and content_id is not null
    qualify row_number() over (
        partition by app_id, coalesce(order_id, event_id) order by occurred_at, event_id
    ) = 1
),

revenue as (
    select
        orders.app_id,
        order_contents.content_id,
        orders.order_date as activity_date,
        cast(sum(orders.net_amount_reporting) as decimal(38, 6)) as net_revenue
    from {{ ref('fct_orders') }} as orders
    inner join order_contents
        on orders.app_id = order_contents.app_id and orders.order_id = order_contents.order_id
    group by orders.app_id, order_contents.content_id, orders.order_date
),

keys as (
    select app_id, content_id, activity_date from in_app
    union
    select app_id, content_id, activity_date from revenue
),

app_rows as (
    select
        keys.app_id,
        keys.content_id,
        'app' as distribution_channel,
        keys.activity_date,
        {% for counter in counters %}
        coalesce(in_app.{{ counter }}, 0) as {{ counter }},
        {% endfor %}
        coalesce(in_app.viewers, 0) as viewers,
        coalesce(in_app.view_seconds, 0) as view_seconds,
        coalesce(revenue.net_revenue, 0) as net_revenue,
        false as is_opening_balance,
        coalesce(days.is_complete, false) as is_complete
    from keys
    left join in_app
        on
            keys.app_id = in_app.app_id
            and keys.content_id = in_app.content_id
            and keys.activity_date = in_app.activity_date
    left join revenue
        on
            keys.app_id = revenue.app_id
            and keys.content_id = revenue.content_id
            and keys.activity_date = revenue.activity_date
    left join {{ ref('int_app_days') }} as days
        on keys.app_id = days.app_id and keys.activity_date = days.activity_date
),

outside as (
    select
        app_id,
        content_id,
        platform as distribution_channel,
        activity_date,
        {% for counter in counters %}
        cast(sum({{ counter }}) as bigint) as {{ counter }},
        {% endfor %}
        cast(sum(view_seconds) as decimal(38, 6)) as view_seconds,
        bool_or(is_opening_balance) as is_opening_balance
    from {{ ref('int_content_increments') }}
    group by app_id, content_id, platform, activity_date
),

outside_rows as (
    select
        outside.app_id,
        outside.content_id,
        outside.distribution_channel,
        outside.activity_date,
        {% for counter in counters %}
        outside.{{ counter }},
        {% endfor %}
        cast(null as bigint) as viewers,
        outside.view_seconds,
        cast(null as decimal(38, 6)) as net_revenue,
        outside.is_opening_balance,
        coalesce(days.is_complete, false) as is_complete
    from outside
    left join {{ ref('int_channel_feed_days') }} as days
        on
            outside.app_id = days.app_id
            and outside.distribution_channel = days.channel_platform
            and days.feed = 'contents'
            and outside.activity_date = days.activity_date
),

unioned as (
    select * from app_rows
    union all
    select * from outside_rows
)

select
    app_id,
    content_id,
    distribution_channel,
    activity_date,
    impressions,
    views,
    viewers,
    completed_views,
    cast(view_seconds as decimal(38, 6)) as view_seconds,
    likes,
    comments,
    shares,
    favorites,
    follows,
    cast(net_revenue as decimal(38, 6)) as net_revenue,
    is_opening_balance,
    is_complete
from unioned
