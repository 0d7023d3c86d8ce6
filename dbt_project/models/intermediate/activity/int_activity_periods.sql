{%- set kinds = ['activity', 'day', 'week', 'company_week', 'month'] %}
with activities as (
    select
        plans.app_id,
        plans.activity_id,
        cast(plans.start_at as date) as start_date,
        least(cast(plans.end_at as date), apps.current_date_local) as last_date,
        apps.week_start,
        run.week_start as company_week_start
    from {{ ref('stg_ops_workbook__activities') }} as plans
    inner join {{ ref('int_apps') }} as apps on plans.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
),

-- Who was excluded when the activity began is in none of its groups.
targets as (
    select
        groups.app_id,
        groups.activity_id,
        groups.user_id
    from {{ ref('stg_ops_workbook__activity_groups') }} as groups
    inner join activities on groups.app_id = activities.app_id and groups.activity_id = activities.activity_id
    left join {{ ref('int_excluded_users') }} as excluded
        on
            groups.app_id = excluded.app_id
            and groups.user_id = excluded.user_id
            and activities.start_date >= excluded.from_date
    where groups.user_group = 'target' and excluded.user_id is null
),

target_sizes as (
    select
        app_id,
        activity_id,
        count(*) as target_users
    from targets
    group by app_id, activity_id
),

dates as (
    select
        app_id,
        activity_id,
        week_start,
        company_week_start,
        start_date as activity_start,
        {{ each_day('start_date', 'last_date') }} as activity_date
    from activities
),

labelled_dates as (
    select
        app_id,
        activity_id,
        activity_date,
        activity_start,
        activity_date as day_start,
        {{ period_start('activity_date', 'week', 'week_start') }} as week_start,
        {{ period_start('activity_date', 'week', 'company_week_start') }} as company_week_start,
        {{ period_start('activity_date', 'month', 'week_start') }} as month_start
    from dates
),

-- Without a target group everybody who was active on its dates could have taken part.
marks as (
    select
        participants.app_id,
        participants.activity_id,
        participants.user_id,
        participants.activity_date,
        true as is_participant,
        false as is_audience
    from {{ ref('int_activity_participants') }} as participants
    left join target_sizes
        on participants.app_id = target_sizes.app_id and participants.activity_id = target_sizes.activity_id
    left join targets
        on
            participants.app_id = targets.app_id
            and participants.activity_id = targets.activity_id
            and participants.user_id = targets.user_id
    where target_sizes.activity_id is null or targets.user_id is not null
    union all
    select
        dates.app_id,
        dates.activity_id,
        daily.user_id,
        dates.activity_date,
        false as is_participant,
        true as is_audience
    from dates
    inner join {{ ref('int_user_daily') }} as daily
        on dates.app_id = daily.app_id and dates.activity_date = daily.activity_date
    left join target_sizes
        on dates.app_id = target_sizes.app_id and dates.activity_id = target_sizes.activity_id
    where daily.is_active and target_sizes.activity_id is null
),

user_periods as (
    select
        dates.app_id,
        dates.activity_id,
        marks.user_id,
        case
            {% for kind in kinds %}
            when grouping({{ kind }}_start) = 0 then '{{ kind }}'
            {% endfor %}
        end as period_kind,
        coalesce({% for kind in kinds %}{{ kind }}_start{{ ', ' if not loop.last }}{% endfor %}) as period_start,
        max(case when marks.is_participant then 1 else 0 end) as is_participant,
        max(case when marks.is_audience then 1 else 0 end) as is_audience
    from labelled_dates as dates
    left join marks
        on
            dates.app_id = marks.app_id
            and dates.activity_id = marks.activity_id
            and dates.activity_date = marks.activity_date
    group by grouping sets (
        {% for kind in kinds %}
        (dates.app_id, dates.activity_id, marks.user_id, {{ kind }}_start){{ ',' if not loop.last }}
        {% endfor %}
    )
)

select
    periods.app_id,
    periods.activity_id,
    periods.period_kind,
    periods.period_start,
    'activity' as dimension,
    periods.activity_id as dimension_value,
    cast(sum(periods.is_participant) as bigint) as participants,
    cast(coalesce(max(target_sizes.target_users), sum(periods.is_audience)) as bigint) as audience
from user_periods as periods
left join target_sizes
    on periods.app_id = target_sizes.app_id and periods.activity_id = target_sizes.activity_id
group by periods.app_id, periods.activity_id, periods.period_kind, periods.period_start
