-- A user's history is a chain of steps from one active date to the next, from nothing to the first, from the last to
-- nothing. Counted by their dates there are few of them; a step from one period to another says what the user is in
-- the later one, and that the user is dormant after the earlier one: once, in the first silent period.
{% set grains = ["day", "week", "month"] %}
with steps as (
    select
        days.app_id,
        users.is_preexisting,
        days.previous_date as from_date,
        days.activity_date as to_date,
        count(*) as users
    from {{ ref("int_user_active_days") }} as days
    inner join {{ ref("int_users") }} as users on days.user_number = users.user_number
    group by 1, 2, 3, 4
    union all
    select
        app_id,
        false as is_preexisting,
        activity_date as from_date,
        cast(null as date) as to_date,
        count(*) as users
    from {{ ref("int_user_active_days") }}
    where next_date is null
    group by 1, 2, 3, 4
),

indexed_steps as (
    {% for grain in grains %}
    select
        steps.app_id,
        '{{ grain }}' as grain,
        steps.is_preexisting,
        {{ periods_between("first_periods.period_start", "steps.from_date", grain) }} + 1 as from_index,
        {{ periods_between("first_periods.period_start", "steps.to_date", grain) }} + 1 as to_index,
        -- The last of 30 silent days, once it has come.
        case
            when
                (steps.to_date is null or steps.to_date > {{ add_days("steps.from_date", 30) }})
                and {{ add_days("steps.from_date", 30) }} <= apps.current_date_local
                then {{ periods_between("first_periods.period_start", add_days("steps.from_date", 30), grain) }} + 1
        end as churned_index,
        steps.users
    from steps
    inner join {{ ref("int_app_periods") }} as first_periods
        on
            steps.app_id = first_periods.app_id
            and first_periods.grain = '{{ grain }}'
            and first_periods.period_index = 1
    inner join {{ ref("int_apps") }} as apps on steps.app_id = apps.app_id
    {{ "union all" if not loop.last }}
    {% endfor %}
),

movements as (
    select
        app_id,
        grain,
        to_index as period_index,
        case
            when from_index is null and not is_preexisting then 'new'
            when from_index = to_index - 1 then 'returning'
            else 'resurrected'
        end as movement,
        users
    from indexed_steps
    where to_index is not null and (from_index is null or from_index < to_index)
    union all
    select
        app_id,
        grain,
        from_index + 1 as period_index,
        'dormant' as movement,
        users
    from indexed_steps
    where from_index is not null and (to_index is null or to_index > from_index + 1)
    union all
    select
        app_id,
        grain,
        churned_index as period_index,
        'churned' as movement,
        users
    from indexed_steps
    where churned_index is not null
),

counts as (
    select
        app_id,
        grain,
        period_index,
        sum(users) filter (where movement = 'new') as new_users,
        sum(users) filter (where movement = 'returning') as returning_users,
        sum(users) filter (where movement = 'resurrected') as resurrected_users,
        sum(users) filter (where movement = 'dormant') as dormant_users,
        sum(users) filter (where movement = 'churned') as churned_users
    from movements
    group by app_id, grain, period_index
)

select
    periods.app_id,
    periods.grain,
    periods.period_start,
    cast(coalesce(counts.new_users, 0) as bigint) as new_users,
    cast(coalesce(counts.returning_users, 0) as bigint) as returning_users,
    cast(coalesce(counts.resurrected_users, 0) as bigint) as resurrected_users,
    cast(coalesce(counts.dormant_users, 0) as bigint) as dormant_users,
    cast(coalesce(counts.churned_users, 0) as bigint) as churned_users,
    cast(
        coalesce(counts.new_users, 0) + coalesce(counts.returning_users, 0) + coalesce(counts.resurrected_users, 0)
        as bigint
    ) as active_users,
    periods.is_complete and periods.is_new_known as is_complete
from {{ ref("int_app_periods") }} as periods
left join counts
    on
        periods.app_id = counts.app_id
        and periods.grain = counts.grain
        and periods.period_index = counts.period_index
where periods.is_in_life
