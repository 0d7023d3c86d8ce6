{#- What one user gives to a KPI on one day. Ratios, and what is no deed of a user, have no such value. #}
{%- set values = {
    'orders': ('total', 'daily.orders'),
    'gross_revenue': ('total', 'daily.gross_revenue'),
    'refunded_revenue': ('total', 'daily.refunded_revenue'),
    'net_revenue': ('total', 'daily.net_revenue'),
    'content_views': ('total', 'daily.content_views'),
    'pv': ('total', 'daily.page_views'),
    'dau': ('mean', 'case when daily.is_active then 1 else 0 end'),
    'active_users': ('mean', 'case when daily.is_active then 1 else 0 end'),
    'paying_users': ('mean', 'case when daily.gross_revenue > 0 then 1 else 0 end'),
    'viewers': ('mean', 'case when daily.content_views > 0 then 1 else 0 end'),
    'uv': ('mean', 'case when daily.page_views > 0 then 1 else 0 end'),
    'registered_users': ('mean', 'case when daily.sign_ups > 0 then 1 else 0 end'),
} %}
with activities as (
    select
        app_id,
        activity_id,
        cast(start_at as date) as start_date,
        cast(end_at as date) as end_date,
        goal_kpi_code
    from {{ ref('stg_ops_workbook__activities') }}
),

goals as (
    select app_id, activity_id, start_date, end_date, 'goal' as goal, goal_kpi_code as kpi_code
    from activities
    where goal_kpi_code in ('{{ values.keys() | join("', '") }}')
    union all
    select app_id, activity_id, start_date, end_date, 'net_revenue' as goal, 'net_revenue' as kpi_code
    from activities
),

-- Who was excluded when the activity began is in none of its groups.
members as (
    select
        groups.app_id,
        groups.activity_id,
        groups.user_id,
        groups.user_group
    from {{ ref('stg_ops_workbook__activity_groups') }} as groups
    inner join activities
        on groups.app_id = activities.app_id and groups.activity_id = activities.activity_id
    left join {{ ref('int_excluded_users') }} as excluded
        on
            groups.app_id = excluded.app_id
            and groups.user_id = excluded.user_id
            and activities.start_date >= excluded.from_date
    where excluded.user_id is null
),

sizes as (
    select
        app_id,
        activity_id,
        count(case when user_group = 'target' then 1 end) as target_users,
        count(case when user_group = 'control' then 1 end) as control_users
    from members
    group by app_id, activity_id
),

days as (
    select
        goals.app_id,
        goals.activity_id,
        goals.goal,
        goals.kpi_code,
        app_days.activity_date,
        case when app_days.activity_date <= goals.end_date then 'during' else 'after' end as role
    from goals
    inner join sizes on goals.app_id = sizes.app_id and goals.activity_id = sizes.activity_id
    inner join {{ ref('int_app_days') }} as app_days
        on
            goals.app_id = app_days.app_id
            and app_days.activity_date between goals.start_date and {{ add_days('goals.end_date', 7) }}
    where app_days.is_complete and sizes.control_users > 0
),

day_counts as (
    select
        app_id,
        activity_id,
        goal,
        kpi_code,
        count(case when role = 'during' then 1 end) as days_during,
        count(case when role = 'after' then 1 end) as days_after
    from days
    group by app_id, activity_id, goal, kpi_code
),

user_days as (
    select
        days.app_id,
        days.activity_id,
        days.goal,
        days.role,
        members.user_group,
        members.user_id,
        cast(
            case days.kpi_code
                {% for code, (made_as, value) in values.items() %}
                when '{{ code }}' then {{ value }}
                {% endfor %}
            end as double
        ) as value
    from days
    inner join members on days.app_id = members.app_id and days.activity_id = members.activity_id
    inner join {{ ref('int_user_daily') }} as daily
        on
            members.app_id = daily.app_id
            and members.user_id = daily.user_id
            and days.activity_date = daily.activity_date
),

user_values as (
    select
        app_id,
        activity_id,
        goal,
        user_group,
        user_id,
        coalesce(sum(case when role = 'during' then value end), 0) as during,
        coalesce(sum(case when role = 'after' then value end), 0) as after
    from user_days
    group by app_id, activity_id, goal, user_group, user_id
),

-- Members who did nothing are zeros in their group's mean.
sums as (
    select
        app_id,
        activity_id,
        goal,
        {% for group in ['target', 'control'] %}
        coalesce(sum(case when user_group = '{{ group }}' then during end), 0) as {{ group }}_sum,
        coalesce(sum(case when user_group = '{{ group }}' then during * during end), 0) as {{ group }}_squares,
        coalesce(sum(case when user_group = '{{ group }}' then after end), 0) as {{ group }}_after{{ ',' if not loop.last }}
        {% endfor %}
    from user_values
    group by app_id, activity_id, goal
),

means as (
    select
        day_counts.*,
        sizes.target_users,
        sizes.control_users,
        case
            when day_counts.kpi_code in ({% for code, (made_as, value) in values.items() if made_as == 'mean' -%}
                '{{ code }}'{{ ', ' if not loop.last }}
            {%- endfor %}) then 'mean' else 'total'
        end as made_as,
        {% for group in ['target', 'control'] %}
        coalesce(sums.{{ group }}_sum, 0) / nullif(sizes.{{ group }}_users, 0) as {{ group }}_mean,
        coalesce(sums.{{ group }}_after, 0) / nullif(sizes.{{ group }}_users, 0) as {{ group }}_mean_after,
        -- Of the group's mean: variance / n.
        greatest(
            coalesce(sums.{{ group }}_squares, 0)
            - coalesce(sums.{{ group }}_sum * sums.{{ group }}_sum, 0) / nullif(sizes.{{ group }}_users, 0),
            0
        ) / nullif(sizes.{{ group }}_users - 1, 0) / nullif(sizes.{{ group }}_users, 0) as {{ group }}_error{{ ',' if not loop.last }}
        {% endfor %}
    from day_counts
    inner join sizes on day_counts.app_id = sizes.app_id and day_counts.activity_id = sizes.activity_id
    left join sums
        on
            day_counts.app_id = sums.app_id
            and day_counts.activity_id = sums.activity_id
            and day_counts.goal = sums.goal
    where sizes.target_users >= 2 and sizes.control_users >= 2
),

-- Welch: groups of unequal spread. Two groups without any spread differ by exactly what they differ.
welch as (
    select
        *,
        (target_mean - control_mean) * target_users as difference,
        (control_mean_after - target_mean_after) * target_users as fall_after,
        sqrt(target_error + control_error) * target_users as standard_error,
        cast(
            least(greatest(coalesce(floor(
                (target_error + control_error) * (target_error + control_error)
                / nullif(
                    target_error * target_error / (target_users - 1) + control_error * control_error / (control_users - 1), 0
                )
            ), 200), 1), 200) as integer
        ) as degrees_of_freedom,
        case made_as when 'mean' then nullif(days_during, 0) else 1 end as units,
        case made_as when 'mean' then nullif(days_after, 0) else 1 end as units_after
    from means
)

select
    welch.app_id,
    welch.activity_id,
    welch.goal,
    cast(welch.days_during as bigint) as complete_days,
    round(welch.difference / welch.units, 8) as incremental_value,
    round((welch.difference - quantiles.t_95 * welch.standard_error) / welch.units, 8) as incremental_low,
    round((welch.difference + quantiles.t_95 * welch.standard_error) / welch.units, 8) as incremental_high,
    case when welch.days_after > 0 then round(welch.fall_after / welch.units_after, 8) end as give_back
from welch
inner join {{ ref('t_quantiles') }} as quantiles
    on welch.degrees_of_freedom = quantiles.degrees_of_freedom
where welch.days_during > 0
