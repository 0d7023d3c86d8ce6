with new_users as (
    select
        app_id,
        user_id,
        first_active_date,
        {{ period_start("first_active_date", "month", "'monday'") }} as cohort_start,
        coalesce(acquisition_channel, '(unknown)') as channel,
        coalesce(first_platform, '(unknown)') as platform
    from {{ ref("int_users") }}
    where first_active_date is not null and not is_preexisting
),

-- What was paid before the first activity counts on day 0.
revenue_days as (
    select
        new_users.app_id,
        new_users.cohort_start,
        new_users.channel,
        new_users.platform,
        greatest({{ days_between("new_users.first_active_date", "daily.activity_date") }}, 0) as day_number,
        sum(daily.net_revenue) as net_revenue
    from new_users
    inner join {{ ref("int_user_daily") }} as daily
        on new_users.app_id = daily.app_id and new_users.user_id = daily.user_id
    where daily.net_revenue <> 0
    group by 1, 2, 3, 4, 5
),

{% for name, table, by, sum in [
    ("cohorts", "new_users", "", "count(*) as cohort_users"),
    ("revenue", "revenue_days", "day_number,", "sum(net_revenue) as net_revenue"),
] %}
{{ name }} as (
    select
        app_id,
        cohort_start,
        {{ by }}
        case
            when grouping(channel) = 0 then 'channel'
            when grouping(platform) = 0 then 'platform'
            else 'all'
        end as dimension,
        coalesce(channel, platform, 'all') as dimension_value,
        {{ sum }}
    from {{ table }}
    group by grouping sets (
        ({{ by }} app_id, cohort_start),
        ({{ by }} app_id, cohort_start, channel),
        ({{ by }} app_id, cohort_start, platform)
    )
),
{% endfor %}

numbers as (
    select {{ each_number(0, 30) }} as day_number
    {% for number in [60, 90, 180, 365] %}
    union all
    select {{ number }} as day_number
    {% endfor %}
),

-- Orders that a database keeps may be complete while the events are not.
order_feeds as (
    select
        apps.app_id,
        coalesce(
            {{ add_days("min(days.activity_date) filter (where not days.orders_complete and not days.is_running_day and days.activity_date >= lives.events_from)", -1) }},
            apps.last_complete_date
        ) as complete_through
    from {{ ref("int_apps") }} as apps
    inner join {{ ref("int_app_days") }} as days on apps.app_id = days.app_id
    inner join {{ ref("int_app_lives") }} as lives on apps.app_id = lives.app_id
    group by apps.app_id, apps.last_complete_date
),

-- A cell exists once its day can have come for somebody; it is mature when it has come for everybody.
cells as (
    select
        cohorts.app_id,
        cohorts.cohort_start,
        numbers.day_number,
        cohorts.dimension,
        cohorts.dimension_value,
        cohorts.cohort_users,
        periods.is_complete
        and periods.is_new_known
        and {{ add_days("periods.period_end", "numbers.day_number") }} <= order_feeds.complete_through as is_mature
    from cohorts
    cross join numbers
    inner join {{ ref("int_app_periods") }} as periods
        on
            cohorts.app_id = periods.app_id
            and periods.grain = 'month'
            and cohorts.cohort_start = periods.period_start
    inner join {{ ref("int_apps") }} as apps on cohorts.app_id = apps.app_id
    inner join order_feeds on cohorts.app_id = order_feeds.app_id
    where {{ add_days("cohorts.cohort_start", "numbers.day_number") }} <= apps.current_date_local
),

summed as (
    select
        cells.app_id,
        cells.cohort_start,
        cells.day_number,
        cells.dimension,
        cells.dimension_value,
        cells.cohort_users,
        coalesce(sum(revenue.net_revenue), 0) as cumulative_revenue,
        cells.is_mature
    from cells
    left join revenue
        on
            cells.app_id = revenue.app_id
            and cells.cohort_start = revenue.cohort_start
            and cells.dimension = revenue.dimension
            and cells.dimension_value = revenue.dimension_value
            and cells.day_number >= revenue.day_number
    group by
        cells.app_id, cells.cohort_start, cells.day_number, cells.dimension, cells.dimension_value,
        cells.cohort_users, cells.is_mature
)

select
    app_id,
    cohort_start,
    cast(day_number as bigint) as day_number,
    dimension,
    dimension_value,
    cast(cohort_users as bigint) as cohort_users,
    cast(cumulative_revenue as decimal(38, 6)) as cumulative_revenue,
    {{ ratio("cumulative_revenue", "cohort_users") }} as ltv,
    is_mature
from summed
