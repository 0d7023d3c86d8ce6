-- depends_on: {{ ref('int_touched_user_days') }}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_rows',
    on_schema_change='fail',
    meta={'replaced': {
        'by': 'int_touched_user_days', 'on': {'activity_date': 'activity_date', 'app_id': 'app_id'},
    }},
) }}
{%- set events = on_touched_dates(ref("int_events"), "event_date", stored("int_subject_days")) %}
{#- What is counted of each kind of subject, in the order of the table's columns. #}
{%- set content_counts = {
    'impressions': 'impression', 'completed_views': 'content_complete', 'likes': 'like', 'comments': 'comment',
    'shares': 'share', 'favorites': 'favorite', 'follows': 'follow',
} %}
{%- set users = ['cart_users', 'posts', 'posters', 'commenters', 'reported_contents'] %}
with contents as (
    select
        app_id,
        content_id as subject_id,
        event_date as activity_date,
        count(*) filter (where measure = 'content_view') as views,
        count(distinct case when measure = 'content_view' then user_id end) as viewers,
        sum(case when measure = 'content_view' then duration_seconds end) as view_seconds,
        {% for column, measure in content_counts.items() %}
        count(*) filter (where measure = '{{ measure }}') as {{ column }},
        {% endfor %}
        max({{ packed(['occurred_at', 'event_id', 'creator_id']) }}) filter (where creator_id is not null) as last_creator
    from {{ events }} as events
    where content_id is not null
    group by app_id, content_id, event_date
),

items as (
    select
        app_id,
        item_id as subject_id,
        event_date as activity_date,
        count(*) filter (where measure = 'item_view') as views,
        count(distinct case when measure = 'item_view' then user_id end) as viewers,
        sum(case when measure = 'item_view' then duration_seconds end) as view_seconds,
        count(distinct case when measure = 'add_to_cart' then user_id end) as cart_users
    from {{ events }} as events
    where item_id is not null and measure in ('item_view', 'add_to_cart')
    group by app_id, item_id, event_date
),

communities as (
    select
        app_id,
        event_date as activity_date,
        count(distinct case when measure = 'publish' then coalesce(content_id, event_id) end) as posts,
        count(distinct case when measure = 'publish' then user_id end) as posters,
        count(*) filter (where measure = 'comment') as comments,
        count(distinct case when measure = 'comment' then user_id end) as commenters,
        count(distinct case when measure = 'report_content' then content_id end) as reported_contents
    from {{ events }} as events
    where measure in ('publish', 'comment', 'report_content')
    group by app_id, event_date
),

subjects as (
    select
        contents.app_id,
        'content' as subject,
        contents.subject_id,
        contents.activity_date,
        contents.views,
        contents.viewers,
        contents.view_seconds,
        {% for column in content_counts %}
        contents.{{ column }},
        {% endfor %}
        {% for column in users %}
        0 as {{ column }},
        {% endfor %}
        contents.last_creator
    from contents
    union all
    select
        items.app_id,
        'item' as subject,
        items.subject_id,
        items.activity_date,
        items.views,
        items.viewers,
        items.view_seconds,
        {% for column in content_counts %}
        0 as {{ column }},
        {% endfor %}
        {% for column in users %}
        {{ 'items.' ~ column if column == 'cart_users' else 0 }} as {{ column }},
        {% endfor %}
        null as last_creator
    from items
    union all
    select
        communities.app_id,
        'community' as subject,
        '' as subject_id,
        communities.activity_date,
        0 as views,
        0 as viewers,
        null as view_seconds,
        {% for column in content_counts %}
        {{ 'communities.' ~ column if column == 'comments' else 0 }} as {{ column }},
        {% endfor %}
        {% for column in users %}
        {{ 'communities.' ~ column if column != 'cart_users' else 0 }} as {{ column }},
        {% endfor %}
        null as last_creator
    from communities
)

select
    app_id,
    subject,
    subject_id,
    activity_date,
    {% for column in ['views', 'viewers'] + content_counts.keys() | list + users %}
    cast({{ column }} as bigint) as {{ column }},
    {% endfor %}
    cast(coalesce(view_seconds, 0) as decimal(38, 6)) as view_seconds,
    last_creator.creator_id as creator_id,
    last_creator.occurred_at as creator_named_at,
    last_creator.event_id as creator_event_id,
    run.run_id
from subjects
cross join {{ ref("int_run") }} as run
