-- WAU and MAU by merged intervals: a day of activity covers itself and the 6 (29) days after it; where a user's days
-- leave a gap a new interval starts, so +1 where one starts, -1 on the day after it ends and a running sum give the
-- exact distinct number without multiplying rows by the length of the window.
{% set single_valued = ["channel", "country", "region"] %}
{% set windows = {"wau": 7, "mau": 30} %}
with user_days as (
    select
        days.app_id,
        days.activity_date,
        coalesce(users.acquisition_channel, '(unknown)') as channel,
        coalesce(users.country, '(unknown)') as country,
        coalesce(users.region, '(unknown)') as region,
        {{ days_between("days.previous_date", "days.activity_date") }} as days_since_previous,
        {{ days_between("days.activity_date", "days.next_date") }} as days_to_next
    from {{ ref("int_user_active_days") }} as days
    inner join {{ ref("int_users") }} as users on days.user_number = users.user_number
),

-- A user's days are sorted by numbers alone: with the texts of the values that took twice as long.
value_numbers as (
    select
        *,
        cast(row_number() over (order by app_id, dimension, dimension_value) as integer) as value_number
    from (
        select distinct app_id, dimension, dimension_value from {{ ref("int_user_daily_dimensions") }}
    ) as dimension_values
),

numbered_value_days as (
    select
        users.user_number,
        value_days.activity_date,
        value_numbers.value_number
    from {{ ref("int_user_daily_dimensions") }} as value_days
    inner join {{ ref("int_users") }} as users
        on value_days.app_id = users.app_id and value_days.user_id = users.user_id
    inner join value_numbers
        on
            value_days.app_id = value_numbers.app_id
            and value_days.dimension = value_numbers.dimension
            and value_days.dimension_value = value_numbers.dimension_value
),

value_days as (
    select
        value_number,
        activity_date,
        {{ days_between("lag(activity_date) over value_history", "activity_date") }} as days_since_previous,
        {{ days_between("activity_date", "lead(activity_date) over value_history") }} as days_to_next
    from numbered_value_days
    window value_history as (partition by user_number, value_number order by activity_date)
),

-- Per date and value: users active, intervals that start on it, intervals whose last activity it is.
user_edges as (
    select
        app_id,
        activity_date,
        {{ single_valued | join(", ") }},
        count(*) as dau
        {%- for window_name, days in windows.items() %},
        count(*) filter (where days_since_previous is null or days_since_previous >= {{ days }}) as {{ window_name }}_starts,
        count(*) filter (where days_to_next is null or days_to_next >= {{ days }}) as {{ window_name }}_ends
        {%- endfor %}
    from user_days
    group by app_id, activity_date, {{ single_valued | join(", ") }}
),

value_edges as (
    select
        value_number,
        activity_date,
        count(*) as dau
        {%- for window_name, days in windows.items() %},
        count(*) filter (where days_since_previous is null or days_since_previous >= {{ days }}) as {{ window_name }}_starts,
        count(*) filter (where days_to_next is null or days_to_next >= {{ days }}) as {{ window_name }}_ends
        {%- endfor %}
    from value_days
    group by value_number, activity_date
),

edges as (
    select
        app_id,
        activity_date,
        case
            {%- for dimension in single_valued %}
            when grouping({{ dimension }}) = 0 then '{{ dimension }}'
            {%- endfor %}
            else 'all'
        end as dimension,
        coalesce({{ single_valued | join(", ") }}, 'all') as dimension_value,
        sum(dau) as dau
        {%- for window_name in windows %},
        sum({{ window_name }}_starts) as {{ window_name }}_starts,
        sum({{ window_name }}_ends) as {{ window_name }}_ends
        {%- endfor %}
    from user_edges
    group by grouping sets (
        (app_id, activity_date)
        {%- for dimension in single_valued %},
        (app_id, activity_date, {{ dimension }})
        {%- endfor %}
    )
    union all
    select
        value_numbers.app_id,
        value_edges.activity_date,
        value_numbers.dimension,
        value_numbers.dimension_value,
        value_edges.dau
        {%- for window_name in windows %},
        value_edges.{{ window_name }}_starts,
        value_edges.{{ window_name }}_ends
        {%- endfor %}
    from value_edges
    inner join value_numbers on value_edges.value_number = value_numbers.value_number
),

new_users as (
    {% for dimension, value in {
        "all": "'all'",
        "channel": "acquisition_channel",
        "country": "first_country",
        "region": "first_region",
        "platform": "first_platform",
        "app_version": "first_app_version",
    }.items() %}
    select
        app_id,
        first_active_date as activity_date,
        '{{ dimension }}' as dimension,
        coalesce({{ value }}, '(unknown)') as dimension_value,
        count(*) as new_users
    from {{ ref("int_users") }}
    where first_active_date is not null and not is_preexisting
    group by 1, 2, 3, 4
    {{ "union all" if not loop.last }}
    {% endfor %}
),

changes as (
    select
        app_id,
        activity_date,
        dimension,
        dimension_value,
        dau,
        0 as new_users,
        wau_starts as wau_change,
        mau_starts as mau_change
    from edges
    {% for window_name, days in windows.items() %}
    union all
    select
        app_id,
        {{ add_days("activity_date", days) }} as activity_date,
        dimension,
        dimension_value,
        0 as dau,
        0 as new_users,
        {{ "-wau_ends" if window_name == "wau" else "0" }} as wau_change,
        {{ "-mau_ends" if window_name == "mau" else "0" }} as mau_change
    from edges
    where {{ window_name }}_ends > 0
    {% endfor %}
    union all
    select
        app_id,
        activity_date,
        dimension,
        dimension_value,
        0 as dau,
        new_users,
        0 as wau_change,
        0 as mau_change
    from new_users
),

daily_changes as (
    select
        app_id,
        activity_date,
        dimension,
        dimension_value,
        sum(dau) as dau,
        sum(new_users) as new_users,
        sum(wau_change) as wau_change,
        sum(mau_change) as mau_change
    from changes
    group by app_id, activity_date, dimension, dimension_value
),

dimension_values as (
    select
        app_id,
        dimension,
        dimension_value,
        min(activity_date) as first_date
    from daily_changes
    where dimension <> 'all'
    group by app_id, dimension, dimension_value
),

days as (
    select
        days.app_id,
        days.activity_date,
        days.activity_date <= apps.last_complete_date and days.events_complete as is_complete,
        {{ days_between("periods.events_from", "days.activity_date") }} as days_known,
        periods.is_new_known
    from {{ ref("int_app_days") }} as days
    inner join {{ ref("int_apps") }} as apps on days.app_id = apps.app_id
    inner join {{ ref("int_app_periods") }} as periods
        on days.app_id = periods.app_id and days.activity_date = periods.period_start and periods.grain = 'day'
),

grid as (
    select
        app_id,
        activity_date,
        'all' as dimension,
        'all' as dimension_value,
        is_complete,
        days_known,
        is_new_known
    from days
    union all
    select
        days.app_id,
        days.activity_date,
        dimension_values.dimension,
        dimension_values.dimension_value,
        days.is_complete,
        days.days_known,
        days.is_new_known
    from days
    inner join dimension_values
        on days.app_id = dimension_values.app_id and days.activity_date >= dimension_values.first_date
),

counted as (
    select
        grid.app_id,
        grid.activity_date,
        grid.dimension,
        grid.dimension_value,
        coalesce(daily_changes.dau, 0) as dau,
        sum(coalesce(daily_changes.wau_change, 0)) over running as wau,
        sum(coalesce(daily_changes.mau_change, 0)) over running as mau,
        coalesce(daily_changes.new_users, 0) as new_users,
        grid.is_complete,
        grid.days_known,
        grid.is_new_known
    from grid
    left join daily_changes
        on
            grid.app_id = daily_changes.app_id
            and grid.activity_date = daily_changes.activity_date
            and grid.dimension = daily_changes.dimension
            and grid.dimension_value = daily_changes.dimension_value
    window running as (
        partition by grid.app_id, grid.dimension, grid.dimension_value order by grid.activity_date
        rows between unbounded preceding and current row
    )
)

select
    app_id,
    activity_date,
    dimension,
    dimension_value,
    cast(dau as bigint) as dau,
    cast(wau as bigint) as wau,
    cast(mau as bigint) as mau,
    cast(new_users as bigint) as new_users,
    is_complete as dau_is_complete,
    is_complete and days_known >= 6 as wau_is_complete,
    is_complete and days_known >= 29 as mau_is_complete,
    is_complete and is_new_known as new_users_is_complete
from counted
where dimension = 'all' or mau > 0 or new_users > 0
