{# Differences of cumulative counters. Each counter has its own readings: a platform may report it later or not always. #}
{% set counters = [
    'impressions', 'views', 'completed_views', 'likes', 'comments', 'shares', 'favorites', 'follows', 'view_seconds'
] %}
{% set content = 'app_id, platform, account_id, external_content_id' %}
with contents as (
    select
        {{ content }},
        min(stat_date) as first_date,
        min(published_date) as published_date
    from {{ ref('int_content_counters') }}
    group by {{ content }}
),

readings as (
    {% for counter in counters %}
    select
        {{ content }},
        content_id,
        stat_date,
        '{{ counter }}' as counter,
        cast({{ counter }} as decimal(26, 6)) as reading
    from {{ ref('int_content_counters') }}
    where {{ counter }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

increments as (
    select
        *,
        reading - lag(reading, 1, cast(0 as decimal(26, 6))) over (
            partition by {{ content }}, counter order by stat_date
        ) as increment,
        row_number() over (partition by {{ content }}, counter order by stat_date) = 1 as is_first_reading
    from readings
)

select
    increments.app_id,
    increments.platform,
    increments.account_id,
    increments.external_content_id,
    increments.content_id,
    increments.stat_date as activity_date,
    {% for counter in counters %}
    cast(sum(case when increments.counter = '{{ counter }}' then increments.increment end) as {{
        'decimal(38, 6)' if counter == 'view_seconds' else 'bigint'
    }}) as {{ counter }},
    {% endfor %}
    -- What was counted before a late first look belongs to no known day; so does a counter of such a content that appears
    -- later. A content that was looked at in time has only gaps: they are booked on the later date.
    coalesce(contents.first_date > {{ add_days('contents.published_date', 1) }}, true)
    and (
        increments.stat_date = contents.first_date
        or bool_or(increments.is_first_reading and increments.increment <> 0)
    ) as is_opening_balance
from increments
inner join contents
    on
        increments.app_id = contents.app_id
        and increments.platform = contents.platform
        and increments.account_id = contents.account_id
        and increments.external_content_id = contents.external_content_id
group by
    increments.app_id,
    increments.platform,
    increments.account_id,
    increments.external_content_id,
    increments.content_id,
    increments.stat_date,
    contents.published_date,
    contents.first_date
