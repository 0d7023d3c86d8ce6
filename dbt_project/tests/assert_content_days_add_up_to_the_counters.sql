{% set counters = ["impressions", "views", "completed_views", "likes", "comments", "shares", "favorites", "follows", "view_seconds"] %}
{{ config(meta={"dagster": {"ref": {"name": "fct_content_daily"}}}) }}

-- The days of a content on an outside platform add up to its latest counter.
with latest as (
    select
        app_id,
        content_id,
        platform,
        {% for counter in counters %}
        max_by({{ counter }}, case when {{ counter }} is not null then stat_date end) as {{ counter }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("int_content_counters") }}
    group by app_id, content_id, platform, account_id, external_content_id
),

expected as (
    select
        app_id,
        content_id,
        platform,
        {% for counter in counters %}
        coalesce(sum({{ counter }}), 0) as {{ counter }}{{ "," if not loop.last }}
        {% endfor %}
    from latest
    group by app_id, content_id, platform
),

booked as (
    select
        app_id,
        content_id,
        distribution_channel as platform,
        {% for counter in counters %}
        coalesce(sum({{ counter }}), 0) as {{ counter }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("fct_content_daily") }}
    where distribution_channel <> 'app'
    group by app_id, content_id, distribution_channel
)

select
    expected.app_id,
    expected.content_id,
    expected.platform,
    expected.views,
    booked.views as booked_views
from expected
full outer join booked
    on
        expected.app_id = booked.app_id
        and expected.content_id = booked.content_id
        and expected.platform = booked.platform
where
    {% for counter in counters %}
    coalesce(expected.{{ counter }}, 0) <> coalesce(booked.{{ counter }}, 0) {{ "or" if not loop.last }}
    {% endfor %}
