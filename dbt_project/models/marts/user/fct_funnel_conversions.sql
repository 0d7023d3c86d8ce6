with reached as (
    select
        users.app_id,
        tries.funnel_number,
        tries.cohort_date,
        tries.step_number,
        coalesce(users.acquisition_channel, '(unknown)') as channel,
        tries.platform,
        tries.micros_from_previous
    from {{ ref("int_funnel_best_tries") }} as tries
    inner join {{ ref("int_users") }} as users on tries.user_number = users.user_number
),

counts as (
    select
        app_id,
        funnel_number,
        cohort_date,
        step_number,
        case
            when grouping(channel) = 0 then 'channel'
            when grouping(platform) = 0 then 'platform'
            else 'all'
        end as dimension,
        coalesce(channel, platform, 'all') as dimension_value,
        count(*) as users,
        median(cast(micros_from_previous as double)) as median_micros
    from reached
    group by grouping sets (
        (app_id, funnel_number, cohort_date, step_number),
        (app_id, funnel_number, cohort_date, step_number, channel),
        (app_id, funnel_number, cohort_date, step_number, platform)
    )
),

-- The last event that a try of the date may use is a window after the last moment of the date.
cohorts as (
    select
        counts.app_id,
        counts.funnel_number,
        counts.cohort_date,
        counts.dimension,
        counts.dimension_value,
        counts.users,
        counts.cohort_date >= coalesce(apps.events_since, counts.cohort_date) as is_known,
        {{ local_date(
            add_seconds(
                utc_from_local('cast(' ~ add_days('counts.cohort_date', 1) ~ ' as timestamp)', 'apps.timezone'),
                'steps.window_seconds - 1'
            ),
            'apps.timezone'
        ) }} as last_date,
        apps.last_complete_date
    from counts
    inner join {{ ref("int_apps") }} as apps on counts.app_id = apps.app_id
    inner join {{ ref("int_funnel_steps") }} as steps
        on counts.funnel_number = steps.funnel_number and counts.step_number = steps.step_number
    where counts.step_number = 1
),

-- A step that nobody reached is a row too.
cells as (
    select
        cohorts.app_id,
        steps.funnel_code,
        cohorts.cohort_date,
        steps.step_number,
        cohorts.dimension,
        cohorts.dimension_value,
        steps.step_name,
        coalesce(counts.users, 0) as users,
        lag(coalesce(counts.users, 0)) over (
            partition by
                cohorts.app_id, cohorts.funnel_number, cohorts.cohort_date, cohorts.dimension, cohorts.dimension_value
            order by steps.step_number
        ) as users_previous_step,
        cohorts.users as users_first_step,
        counts.median_micros,
        steps.next_event_name is null as is_last_step,
        -- Dates before the app's life, of tries that no activity came of, are in no calendar.
        coalesce(periods.is_complete, cohorts.last_date <= cohorts.last_complete_date)
        and cohorts.is_known as is_mature
    from cohorts
    inner join {{ ref("int_funnel_steps") }} as steps on cohorts.funnel_number = steps.funnel_number
    left join counts
        on
            cohorts.app_id = counts.app_id
            and cohorts.funnel_number = counts.funnel_number
            and cohorts.cohort_date = counts.cohort_date
            and cohorts.dimension = counts.dimension
            and cohorts.dimension_value = counts.dimension_value
            and steps.step_number = counts.step_number
    left join {{ ref("int_app_periods") }} as periods
        on cohorts.app_id = periods.app_id and periods.grain = 'day' and cohorts.last_date = periods.period_start
)

select
    app_id,
    funnel_code,
    cohort_date,
    cast(step_number as bigint) as step_number,
    dimension,
    dimension_value,
    step_name,
    cast(users as bigint) as users,
    cast(users_previous_step as bigint) as users_previous_step,
    {{ ratio("users", "users_previous_step") }} as conversion_rate,
    {{ ratio("users", "users_first_step") }} as conversion_rate_from_start,
    cast(median_micros as double) / 1000000 as median_seconds_from_previous,
    is_last_step,
    is_mature
from cells
