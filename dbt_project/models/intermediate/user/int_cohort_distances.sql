-- How far from their cohort users were active, counted in one pass over the active dates per grain. Only the first
-- active date of a user in a period counts; it is one where the date before belongs to an earlier period.
{% set furthest_active = {"day": 30, "week": 12, "month": 12} %}
with first_periods as (
    select
        app_id,
        grain,
        period_start
    from {{ ref("int_app_periods") }}
    where period_index = 1
),

{% for grain, furthest in furthest_active.items() %}
{{ grain }}_indexed as (
    select
        days.app_id,
        days.user_number,
        {{ periods_between("first_periods.period_start", "days.previous_date", grain) }} + 1 as previous_index,
        {{ periods_between("first_periods.period_start", "days.activity_date", grain) }} + 1 as period_index
    from {{ ref("int_user_active_days") }} as days
    inner join first_periods on days.app_id = first_periods.app_id and first_periods.grain = '{{ grain }}'
),

{{ grain }}_history as (
    select *
    from {{ grain }}_indexed
    where previous_index is null or previous_index < period_index
),

{{ grain }}_cohort_users as (
    select
        users.app_id,
        users.user_number,
        {{ periods_between("first_periods.period_start", "users.first_active_date", grain) }} + 1 as cohort_index,
        coalesce(users.acquisition_channel, '(unknown)') as channel,
        coalesce(users.first_platform, '(unknown)') as platform
    from {{ ref("int_users") }} as users
    inner join first_periods on users.app_id = first_periods.app_id and first_periods.grain = '{{ grain }}'
    where users.first_active_date is not null and not users.is_preexisting
),

{{ grain }}_new as (
    select
        history.app_id,
        '{{ grain }}' as grain,
        cohort_users.cohort_index,
        case
            when grouping(cohort_users.channel) = 0 then 'channel'
            when grouping(cohort_users.platform) = 0 then 'platform'
            else 'all'
        end as dimension,
        coalesce(cohort_users.channel, cohort_users.platform, 'all') as dimension_value,
        history.period_index - cohort_users.cohort_index as distance,
        count(*) as users_on,
        count(*) filter (where history.previous_index = cohort_users.cohort_index) as users_first_back
    from {{ grain }}_history as history
    inner join {{ grain }}_cohort_users as cohort_users on history.user_number = cohort_users.user_number
    where history.period_index <= cohort_users.cohort_index + 90
    group by grouping sets (
        (history.app_id, cohort_users.cohort_index, history.period_index),
        (history.app_id, cohort_users.cohort_index, history.period_index, cohort_users.channel),
        (history.app_id, cohort_users.cohort_index, history.period_index, cohort_users.platform)
    )
),

-- Last seen through the last complete day; what happened on the running day is not known whole yet.
{{ grain }}_last_seen as (
    select
        days.app_id,
        '{{ grain }}' as grain,
        cohort_users.cohort_index,
        {{ periods_between("first_periods.period_start", "days.activity_date", grain) }} + 1 - cohort_users.cohort_index as distance,
        count(*) as users
    from {{ ref("int_user_active_days") }} as days
    inner join {{ grain }}_cohort_users as cohort_users on days.user_number = cohort_users.user_number
    inner join {{ ref("int_apps") }} as apps on days.app_id = apps.app_id
    inner join first_periods on days.app_id = first_periods.app_id and first_periods.grain = '{{ grain }}'
    where
        days.activity_date <= apps.last_complete_date
        and (days.next_date is null or days.next_date > apps.last_complete_date)
    group by 1, 2, 3, 4
),

-- Everybody active in a period is its cohort: pairs of a user's periods no further apart than is asked for.
{{ grain }}_active_pairs as (
    select
        earlier.app_id,
        '{{ grain }}' as grain,
        earlier.period_index as cohort_index,
        later.period_index - earlier.period_index as distance,
        count(*) as users
    from {{ grain }}_history as earlier
    inner join {{ grain }}_history as later
        on
            earlier.user_number = later.user_number
            and later.period_index > earlier.period_index
            and later.period_index <= earlier.period_index + {{ furthest }}
    group by 1, 2, 3, 4
),

{{ grain }}_active_cohorts as (
    select
        app_id,
        '{{ grain }}' as grain,
        period_index as cohort_index,
        count(*) as users
    from {{ grain }}_history
    group by 1, 2, 3
),

{{ grain }}_active_first_back as (
    select
        app_id,
        '{{ grain }}' as grain,
        previous_index as cohort_index,
        period_index - previous_index as distance,
        count(*) as users
    from {{ grain }}_history
    where previous_index is not null
    group by 1, 2, 3, 4
),
{% endfor %}

distances as (
    {% for grain in furthest_active %}
    select
        app_id,
        'new' as cohort_type,
        grain,
        cohort_index,
        dimension,
        dimension_value,
        'on' as retention_type,
        distance,
        users_on as users
    from {{ grain }}_new
    union all
    select app_id, 'new', grain, cohort_index, 'all', 'all', 'within', distance, users_first_back
    from {{ grain }}_new
    where dimension = 'all' and users_first_back > 0
    union all
    select app_id, 'new', grain, cohort_index, 'all', 'all', 'on_or_after', distance, users
    from {{ grain }}_last_seen
    union all
    select app_id, 'active', grain, cohort_index, 'all', 'all', 'on', 0, users
    from {{ grain }}_active_cohorts
    union all
    select app_id, 'active', grain, cohort_index, 'all', 'all', 'on', distance, users
    from {{ grain }}_active_pairs
    union all
    select app_id, 'active', grain, cohort_index, 'all', 'all', 'within', distance, users
    from {{ grain }}_active_first_back
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    app_id,
    cohort_type,
    grain,
    cast(cohort_index as bigint) as cohort_index,
    dimension,
    dimension_value,
    retention_type,
    cast(distance as bigint) as distance,
    cast(users as bigint) as users
from distances
