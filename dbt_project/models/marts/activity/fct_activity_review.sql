{#- Goals that are numbers of the activity itself: without it there would be none, so they have no baseline. #}
{%- set own_goals = "('activity_participants', 'activity_participation_rate', 'activity_roi')" %}
{%- set crowd_of_a_device = 3 %}
with participations as (
    select
        app_id,
        activity_id,
        user_id,
        activity_date
    from {{ ref('int_activity_participants') }}
),

participants as (
    select distinct
        app_id,
        activity_id,
        user_id
    from participations
),

-- Many accounts on one device: their users on the days on which they took part.
devices as (
    select distinct
        participations.app_id,
        participations.activity_id,
        participations.user_id,
        events.device_id
    from participations
    inner join {{ ref('int_events') }} as events
        on
            participations.app_id = events.app_id
            and participations.user_id = events.user_id
            and participations.activity_date = events.event_date
    where events.device_id is not null
),

shared_devices as (
    select
        app_id,
        activity_id,
        device_id
    from devices
    group by app_id, activity_id, device_id
    having count(*) >= {{ crowd_of_a_device }}
),

crowds as (
    select distinct
        devices.app_id,
        devices.activity_id,
        devices.user_id
    from devices
    inner join shared_devices
        on
            devices.app_id = shared_devices.app_id
            and devices.activity_id = shared_devices.activity_id
            and devices.device_id = shared_devices.device_id
),

bargain_hunters as (
    select
        app_id,
        user_id
    from {{ ref('fct_orders') }}
    group by app_id, user_id
    having count(*) = 1 and max(discount_amount_reporting) > 0
),

returned as (
    select distinct
        participants.app_id,
        participants.activity_id,
        participants.user_id
    from participants
    inner join {{ ref('dim_activities') }} as activities
        on participants.app_id = activities.app_id and participants.activity_id = activities.activity_id
    inner join {{ ref('int_user_daily') }} as daily
        on
            participants.app_id = daily.app_id
            and participants.user_id = daily.user_id
            and daily.activity_date between {{ add_days('activities.end_date', 1) }}
            and {{ add_days('activities.end_date', 7) }}
    where daily.is_active
),

people as (
    select
        participants.app_id,
        participants.activity_id,
        count(*) as participants,
        count(
            case
                when users.first_active_date between activities.start_date and activities.end_date and not users.is_preexisting
                    then 1
            end
        ) as new_users,
        count(returned.user_id) as returned_users,
        count(case when crowds.user_id is not null or bargain_hunters.user_id is not null then 1 end) as suspected_users
    from participants
    inner join {{ ref('dim_activities') }} as activities
        on participants.app_id = activities.app_id and participants.activity_id = activities.activity_id
    left join {{ ref('int_users') }} as users
        on participants.app_id = users.app_id and participants.user_id = users.user_id
    left join returned
        on
            participants.app_id = returned.app_id
            and participants.activity_id = returned.activity_id
            and participants.user_id = returned.user_id
    left join crowds
        on
            participants.app_id = crowds.app_id
            and participants.activity_id = crowds.activity_id
            and participants.user_id = crowds.user_id
    left join bargain_hunters
        on participants.app_id = bargain_hunters.app_id and participants.user_id = bargain_hunters.user_id
    group by participants.app_id, participants.activity_id
),

money as (
    select
        app_id,
        activity_id,
        sum(net_revenue) as net_revenue,
        sum(discount_amount) as discount_amount,
        sum(total_cost) as total_cost
    from {{ ref('fct_activity_daily') }}
    group by app_id, activity_id
),

-- A comparison with people who were left out on purpose beats one with earlier weeks.
effects as (
    select
        by_days.app_id,
        by_days.activity_id,
        by_days.goal,
        by_days.actual_value,
        coalesce(by_days.actual_value - by_group.incremental_value, by_days.baseline_value) as baseline_value,
        {% for column in ['incremental_value', 'incremental_low', 'incremental_high', 'give_back'] %}
        case when by_group.activity_id is not null then by_group.{{ column }} else by_days.{{ column }} end as {{ column }},
        {% endfor %}
        case when by_group.activity_id is not null then 'control_group' else by_days.baseline_note end as baseline_note
    from {{ ref('int_kpi_activity_effects') }} as by_days
    left join {{ ref('int_activity_group_effects') }} as by_group
        on
            by_days.app_id = by_group.app_id
            and by_days.activity_id = by_group.activity_id
            and by_days.goal = by_group.goal
),

-- From its first day to the 7th after its end, as far as they are days of the app's life.
arrivals as (
    select
        activities.app_id,
        activities.activity_id,
        bool_and(days.is_complete) as is_complete
    from {{ ref('dim_activities') }} as activities
    inner join {{ ref('int_app_days') }} as days
        on
            activities.app_id = days.app_id
            and days.activity_date between activities.start_date and {{ add_days('activities.end_date', 7) }}
    group by activities.app_id, activities.activity_id
),

joined as (
    select
        activities.*,
        activities.goal_kpi_code in {{ own_goals }} as has_own_goal,
        {{ converted('activities.budget_amount', 'rates.rate_to_reporting') }} as budget_reporting,
        audiences.audience as target_users,
        audiences.participants as audience_participants,
        coalesce(people.participants, 0) as participants,
        coalesce(people.new_users, 0) as new_users,
        coalesce(people.returned_users, 0) as returned_users,
        coalesce(people.suspected_users, 0) as suspected_users,
        coalesce(money.net_revenue, 0) as net_revenue,
        coalesce(money.discount_amount, 0) as discount_amount,
        coalesce(money.total_cost, 0) as total_cost,
        {{ add_days('activities.end_date', 7) }} <= apps.last_complete_date
        and coalesce(arrivals.is_complete, true) as is_mature
    from {{ ref('dim_activities') }} as activities
    inner join {{ ref('int_apps') }} as apps on activities.app_id = apps.app_id
    left join {{ ref('int_fx_rates') }} as rates
        on
            activities.currency_code = rates.currency_code
            and least(activities.start_date, apps.current_date_local) = rates.rate_date
    left join {{ ref('int_activity_periods') }} as audiences
        on
            activities.app_id = audiences.app_id
            and activities.activity_id = audiences.activity_id
            and audiences.period_kind = 'activity'
    left join people on activities.app_id = people.app_id and activities.activity_id = people.activity_id
    left join money on activities.app_id = money.app_id and activities.activity_id = money.activity_id
    left join arrivals
        on activities.app_id = arrivals.app_id and activities.activity_id = arrivals.activity_id
),

measured as (
    select
        *,
        {{ ratio('audience_participants', 'target_users') }} as participation_rate,
        {{ ratio('net_revenue + discount_amount - total_cost', 'total_cost') }} as roi
    from joined
),

reviewed as (
    select
        measured.*,
        case
            when measured.goal_kpi_code = 'activity_participants' then cast(measured.participants as double)
            when measured.goal_kpi_code = 'activity_participation_rate' then measured.participation_rate
            when measured.goal_kpi_code = 'activity_roi' then measured.roi
            else goals.actual_value
        end as actual_value,
        {% for column in ['baseline_value', 'incremental_value', 'incremental_low', 'incremental_high'] %}
        case when not measured.has_own_goal then goals.{{ column }} end as {{ column }},
        {% endfor %}
        case when measured.is_mature and not measured.has_own_goal then goals.give_back end as give_back,
        case
            when measured.goal_kpi_code is null then 'no_goal'
            when measured.has_own_goal then 'goal_of_the_activity_itself'
            else coalesce(goals.baseline_note, 'not_a_daily_kpi')
        end as baseline_note,
        revenues.incremental_value as incremental_revenue
    from measured
    left join effects as goals
        on
            measured.app_id = goals.app_id
            and measured.activity_id = goals.activity_id
            and goals.goal = 'goal'
    left join effects as revenues
        on
            measured.app_id = revenues.app_id
            and measured.activity_id = revenues.activity_id
            and revenues.goal = 'net_revenue'
)

select
    app_id,
    activity_id,
    start_date,
    end_date,
    goal_kpi_code,
    goal_value,
    actual_value,
    {{ ratio('actual_value', 'goal_value') }} as goal_attainment,
    budget_reporting as budget_amount,
    cast(total_cost as decimal(38, 6)) as total_cost,
    {{ ratio('total_cost', 'budget_reporting') }} as budget_use,
    cast(target_users as bigint) as target_users,
    cast(participants as bigint) as participants,
    participation_rate,
    cast(new_users as bigint) as new_users,
    baseline_value,
    incremental_value,
    incremental_low,
    incremental_high,
    baseline_note,
    cast({{ round_half_up('cast(incremental_revenue as decimal(38, 10))', 6) }} as decimal(38, 6)) as incremental_revenue,
    roi,
    {{ divide_half_up('cast(total_cost as decimal(28, 8))', 'cast(participants as decimal(28, 8))') }} as cost_per_participant,
    case when is_mature then {{ ratio('returned_users', 'participants') }} end as retention_7d_after,
    give_back,
    {{ ratio('suspected_users', 'participants') }} as suspected_abuse_share,
    overlapping_activity_ids,
    is_mature
from reviewed
