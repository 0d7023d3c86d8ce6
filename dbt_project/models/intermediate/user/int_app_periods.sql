-- From the first day with complete event data on, an incomplete day (running, or its events have not arrived) is
-- followed by no complete one, so two dates per app say from when to when its events are complete; the second also holds
-- for days after the app's life has ended.
with lives as (
    select
        apps.app_id,
        apps.week_start,
        apps.current_date_local,
        min(days.activity_date) as first_date,
        max(days.activity_date) as last_date,
        lives.events_from,
        coalesce(
            {{ add_days("min(days.activity_date) filter (where not days.events_complete and days.activity_date >= lives.events_from)", -1) }},
            apps.last_complete_date
        ) as complete_through,
        apps.last_complete_date,
        apps.events_since
    from {{ ref("int_apps") }} as apps
    inner join {{ ref("int_app_days") }} as days on apps.app_id = days.app_id
    inner join {{ ref("int_app_lives") }} as lives on apps.app_id = lives.app_id
    group by
        apps.app_id, apps.week_start, apps.current_date_local, apps.last_complete_date, apps.events_since,
        lives.events_from
),

registrations as (
    select distinct app_id
    from {{ ref("stg_app_database__users") }}
    where registered_at is not null
),

-- Without registration data nobody knows whether a user of the first 30 days is new or merely first seen.
bounds as (
    select
        lives.app_id,
        lives.week_start,
        lives.current_date_local,
        lives.first_date,
        lives.last_date,
        lives.events_from,
        least(lives.complete_through, lives.last_complete_date) as complete_through,
        case when registrations.app_id is null then {{ add_days("lives.events_since", 29) }} end as new_unknown_through
    from lives
    left join registrations on lives.app_id = registrations.app_id
),

days as (
    select
        app_id,
        {{ each_day("first_date", "current_date_local") }} as activity_date
    from bounds
),

{% for grain in ["day", "week", "month"] %}
{{ grain }}_periods as (
    select distinct
        days.app_id,
        '{{ grain }}' as grain,
        {{ period_start("days.activity_date", grain, "bounds.week_start") }} as period_start,
        {{ period_end("days.activity_date", grain, "bounds.week_start") }} as period_end
    from days
    inner join bounds on days.app_id = bounds.app_id
),
{% endfor %}

periods as (
    select * from day_periods
    union all
    select * from week_periods
    union all
    select * from month_periods
)

select
    periods.app_id,
    periods.grain,
    periods.period_start,
    periods.period_end,
    cast(
        row_number() over (partition by periods.app_id, periods.grain order by periods.period_start) as bigint
    ) as period_index,
    periods.period_start <= bounds.last_date as is_in_life,
    -- What of the period lies before the app's life is not waited for.
    greatest(periods.period_start, bounds.first_date) >= bounds.events_from
    and periods.period_end <= bounds.complete_through as is_complete,
    bounds.new_unknown_through is null or periods.period_start > bounds.new_unknown_through as is_new_known,
    bounds.events_from
from periods
inner join bounds on periods.app_id = bounds.app_id
