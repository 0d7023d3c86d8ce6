-- A user is churned from the 31st day after an active date to the next active date, that one included.
with silences as (
    select
        app_id,
        user_number,
        {{ add_days("activity_date", 31) }} as churned_from,
        next_date as returned_date
    from {{ ref("int_user_active_days") }}
    where next_date is null or {{ days_between("activity_date", "next_date") }} >= 31
),

sends as (
    select
        events.app_id,
        users.user_number,
        events.user_id,
        events.event_date as recall_date,
        coalesce(events.recall_channel, '(unknown)') as recall_channel,
        min(events.occurred_at) as sent_at
    from {{ ref("int_events") }} as events
    inner join {{ ref("int_users") }} as users on events.app_id = users.app_id and events.user_id = users.user_id
    where events.measure = 'recall_sent'
    group by 1, 2, 3, 4, 5
),

recalled as (
    select
        sends.*,
        silences.returned_date
    from sends
    inner join silences
        on
            sends.user_number = silences.user_number
            and sends.recall_date >= silences.churned_from
            and (silences.returned_date is null or sends.recall_date <= silences.returned_date)
),

-- Who came on the day of the message itself may have come before it.
last_moments as (
    select
        recalled.user_number,
        recalled.recall_date,
        max(events.occurred_at) as last_active_at
    from recalled
    inner join {{ ref("int_events") }} as events
        on
            recalled.app_id = events.app_id
            and recalled.user_id = events.user_id
            and recalled.recall_date = events.event_date
    where events.is_active_event and recalled.returned_date = recalled.recall_date
    group by recalled.user_number, recalled.recall_date
),

recalls as (
    select
        recalled.app_id,
        recalled.recall_date,
        recalled.recall_channel,
        count(*) as recalled_users,
        count(*) filter (
            where
            (
                recalled.returned_date > recalled.recall_date
                and recalled.returned_date <= {{ add_days("recalled.recall_date", 6) }}
            )
            or last_moments.last_active_at > recalled.sent_at
            or days.next_date <= {{ add_days("recalled.recall_date", 6) }}
        ) as returned_users
    from recalled
    left join last_moments
        on recalled.user_number = last_moments.user_number and recalled.recall_date = last_moments.recall_date
    left join {{ ref("int_user_active_days") }} as days
        on recalled.user_number = days.user_number and recalled.recall_date = days.activity_date
    group by recalled.app_id, recalled.recall_date, recalled.recall_channel
),

recall_dates as (
    select distinct
        app_id,
        recall_date
    from recalls
),

-- All churned users of a date, and those who came within its 7 days: +1 where a silence begins to count, -1 after it.
changes as (
    select
        app_id,
        churned_from as change_date,
        1 as churned,
        0 as returned
    from silences
    union all
    select
        app_id,
        {{ add_days("returned_date", 1) }} as change_date,
        -1 as churned,
        -1 as returned
    from silences
    where returned_date is not null
    union all
    select
        app_id,
        greatest(churned_from, {{ add_days("returned_date", -6) }}) as change_date,
        0 as churned,
        1 as returned
    from silences
    where returned_date is not null
),

daily_changes as (
    select
        app_id,
        change_date,
        sum(churned) as churned,
        sum(returned) as returned
    from changes
    group by app_id, change_date
),

everybody as (
    select
        recall_dates.app_id,
        recall_dates.recall_date,
        coalesce(sum(daily_changes.churned), 0) as churned_users,
        coalesce(sum(daily_changes.returned), 0) as returned_users
    from recall_dates
    left join daily_changes
        on recall_dates.app_id = daily_changes.app_id and recall_dates.recall_date >= daily_changes.change_date
    group by recall_dates.app_id, recall_dates.recall_date
),

-- Who got any message within 6 days of the date is no comparison.
written_to as (
    select distinct
        recall_dates.app_id,
        recall_dates.recall_date,
        sends.user_number
    from recall_dates
    inner join sends
        on
            recall_dates.app_id = sends.app_id
            and sends.recall_date >= {{ add_days("recall_dates.recall_date", -6) }}
            and sends.recall_date <= {{ add_days("recall_dates.recall_date", 6) }}
),

left_out as (
    select
        written_to.app_id,
        written_to.recall_date,
        count(*) as churned_users,
        count(*) filter (where silences.returned_date <= {{ add_days("written_to.recall_date", 6) }}) as returned_users
    from written_to
    inner join silences
        on
            written_to.user_number = silences.user_number
            and written_to.recall_date >= silences.churned_from
            and (silences.returned_date is null or written_to.recall_date <= silences.returned_date)
    group by written_to.app_id, written_to.recall_date
),

counted as (
    select
        recalls.app_id,
        recalls.recall_date,
        recalls.recall_channel,
        recalls.recalled_users,
        recalls.returned_users,
        everybody.churned_users - coalesce(left_out.churned_users, 0) as natural_users,
        everybody.returned_users - coalesce(left_out.returned_users, 0) as natural_returned_users,
        -- That nobody came on the 30 days before is known from events too.
        coalesce(
            periods.is_complete and {{ add_days("recalls.recall_date", -30) }} >= periods.events_from, false
        ) as is_mature
    from recalls
    inner join everybody on recalls.app_id = everybody.app_id and recalls.recall_date = everybody.recall_date
    left join left_out on recalls.app_id = left_out.app_id and recalls.recall_date = left_out.recall_date
    left join {{ ref("int_app_periods") }} as periods
        on
            recalls.app_id = periods.app_id
            and periods.grain = 'day'
            and periods.period_start = {{ add_days("recalls.recall_date", 6) }}
)

select
    app_id,
    recall_date,
    recall_channel,
    cast(recalled_users as bigint) as recalled_users,
    cast(returned_users as bigint) as returned_users_7d,
    {{ ratio("returned_users", "recalled_users") }} as return_rate_7d,
    cast(natural_users as bigint) as natural_users,
    cast(natural_returned_users as bigint) as natural_returned_users_7d,
    {{ ratio("natural_returned_users", "natural_users") }} as natural_return_rate_7d,
    is_mature
from counted
