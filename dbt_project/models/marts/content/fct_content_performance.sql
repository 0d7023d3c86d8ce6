{% set counters = [
    'impressions', 'views', 'completed_views', 'likes', 'comments', 'shares', 'favorites', 'follows'
] %}
{% set ages = [1, 3, 7, 30] %}
{% set cell = 'app_id, content_id, distribution_channel, age_days' %}
with ages as (
    {% for age in ages %}
    select {{ age }} as age_days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A cell exists once the last day of its age has begun.
contents as (
    select
        contents.app_id,
        contents.content_id,
        contents.published_date,
        ages.age_days,
        {{ add_days('contents.published_date', 'ages.age_days - 1') }} as last_date
    from {{ ref('dim_contents') }} as contents
    inner join {{ ref('int_apps') }} as apps on contents.app_id = apps.app_id
    cross join ages
    where
        coalesce(contents.status, '') <> 'draft'
        and {{ add_days('contents.published_date', 'ages.age_days - 1') }} <= apps.current_date_local
),

channels as (
    select
        app_id,
        content_id,
        distribution_channel,
        min(activity_date) as first_date,
        min(case when is_opening_balance then activity_date end) as opening_date
    from {{ ref('fct_content_daily') }}
    group by app_id, content_id, distribution_channel
),

-- What a late first reading holds happened on unknown earlier days: before it nobody knows how far a content had come.
channel_cells as (
    select
        contents.app_id,
        contents.content_id,
        channels.distribution_channel,
        contents.age_days,
        contents.published_date,
        contents.last_date,
        coalesce(channels.opening_date > contents.last_date, false) as is_unknown
    from contents
    inner join channels on contents.app_id = channels.app_id and contents.content_id = channels.content_id
    where channels.first_date <= contents.last_date or channels.opening_date is not null
),

-- One user who views a content on three days is one viewer.
first_views as (
    select
        events.app_id,
        events.content_id,
        events.user_id,
        min(events.event_date) as first_view_date
    from {{ ref('int_events') }} as events
    inner join {{ ref('dim_contents') }} as contents
        on events.app_id = contents.app_id and events.content_id = contents.content_id
    where
        events.measure = 'content_view'
        and events.event_date between contents.published_date and {{ add_days('contents.published_date', ages[-1] - 1) }}
    group by events.app_id, events.content_id, events.user_id
),

viewer_days as (
    select
        app_id,
        content_id,
        first_view_date,
        count(*) as viewers
    from first_views
    group by app_id, content_id, first_view_date
),

viewers as (
    select
        contents.app_id,
        contents.content_id,
        'app' as distribution_channel,
        contents.age_days,
        cast(sum(viewer_days.viewers) as bigint) as viewers
    from contents
    inner join viewer_days
        on
            contents.app_id = viewer_days.app_id
            and contents.content_id = viewer_days.content_id
            and contents.last_date >= viewer_days.first_view_date
    group by contents.app_id, contents.content_id, contents.age_days
),

sums as (
    select
        cells.app_id,
        cells.content_id,
        cells.distribution_channel,
        cells.age_days,
        count(daily.activity_date) as days,
        {% for counter in counters %}
        cast(sum(daily.{{ counter }}) as bigint) as {{ counter }},
        {% endfor %}
        cast(sum(daily.view_seconds) as decimal(38, 6)) as view_seconds,
        cast(sum(case when daily.completed_views is not null then daily.views end) as bigint) as completable_views,
        cast(sum(daily.net_revenue) as decimal(38, 6)) as net_revenue
    from channel_cells as cells
    left join {{ ref('fct_content_daily') }} as daily
        on
            cells.app_id = daily.app_id
            and cells.content_id = daily.content_id
            and cells.distribution_channel = daily.distribution_channel
            and daily.activity_date between cells.published_date and cells.last_date
            and not cells.is_unknown
    group by cells.app_id, cells.content_id, cells.distribution_channel, cells.age_days
),

-- The app's own events are known from its first day on, an outside platform's counters by their reports.
channel_rows as (
    select
        cells.*,
        case
            when cells.is_unknown then false
            when cells.distribution_channel = 'app' then
                cells.published_date >= lives.events_from
                and coalesce(app_days.is_complete, cells.last_date <= apps.last_complete_date)
            else coalesce(feed_days.is_complete, false)
        end as is_mature
    from channel_cells as cells
    inner join {{ ref('int_apps') }} as apps on cells.app_id = apps.app_id
    left join {{ ref('int_app_lives') }} as lives on cells.app_id = lives.app_id
    left join {{ ref('int_app_days') }} as app_days
        on cells.app_id = app_days.app_id and cells.last_date = app_days.activity_date
    left join {{ ref('int_channel_feed_days') }} as feed_days
        on
            cells.app_id = feed_days.app_id
            and cells.distribution_channel = feed_days.channel_platform
            and feed_days.feed = 'contents'
            and cells.last_date = feed_days.activity_date
),

measured as (
    select
        cells.app_id,
        cells.content_id,
        cells.distribution_channel,
        cells.age_days,
        cells.published_date,
        cells.is_unknown,
        cells.is_mature,
        sums.days,
        {% for counter in counters %}
        sums.{{ counter }},
        {% endfor %}
        case when cells.distribution_channel = 'app' then coalesce(viewers.viewers, 0) end as viewers,
        sums.view_seconds,
        sums.completable_views,
        sums.net_revenue
    from channel_rows as cells
    inner join sums using ({{ cell }})
    left join viewers using ({{ cell }})
),

-- No row of a known channel in its window means nothing happened there yet.
totals as (
    select
        app_id,
        content_id,
        coalesce(distribution_channel, 'all') as distribution_channel,
        age_days,
        published_date,
        bool_and(is_mature) as is_mature,
        {% for counter in counters + ['viewers', 'completable_views'] %}
        cast(sum({{ counter }}) as bigint) as {{ counter }},
        {% endfor %}
        cast(sum(view_seconds) as decimal(38, 6)) as view_seconds,
        cast(sum(net_revenue) as decimal(38, 6)) as net_revenue
    from measured
    where days > 0 or is_unknown
    group by grouping sets (
        (app_id, content_id, distribution_channel, age_days, published_date),
        (app_id, content_id, age_days, published_date)
    )
)

select
    totals.app_id,
    totals.content_id,
    totals.distribution_channel,
    cast(totals.age_days as bigint) as age_days,
    totals.published_date,
    contents.content_type,
    contents.source_type,
    contents.topic,
    contents.creator_id,
    creators.tier as creator_tier,
    totals.impressions,
    totals.views,
    totals.viewers,
    totals.completed_views,
    totals.view_seconds,
    totals.likes,
    totals.comments,
    totals.shares,
    totals.favorites,
    totals.follows,
    totals.net_revenue,
    {{ ratio(
        'coalesce(totals.likes, 0) + coalesce(totals.comments, 0) + coalesce(totals.shares, 0)'
        ~ ' + coalesce(totals.favorites, 0)',
        'totals.views'
    ) }} as engagement_rate,
    {{ ratio('totals.completed_views', 'totals.completable_views') }} as completion_rate,
    {{ ratio('totals.shares', 'totals.views') }} as share_rate,
    totals.is_mature
from totals
inner join {{ ref('dim_contents') }} as contents
    on totals.app_id = contents.app_id and totals.content_id = contents.content_id
left join {{ ref('dim_creators') }} as creators
    on contents.app_id = creators.app_id and contents.creator_id = creators.creator_id
