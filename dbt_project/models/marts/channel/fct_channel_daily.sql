with visits as (
    select
        app_id,
        channel,
        session_date as acquisition_date,
        cast(count(*) as bigint) as visits
    from {{ ref('fct_sessions') }}
    group by app_id, channel, session_date
),

ad_costs as (
    select
        app_id,
        channel,
        report_date as acquisition_date,
        cast(sum(spend_reporting) as decimal(38, 6)) as ad_cost
    from {{ ref('int_ad_performance') }}
    group by app_id, channel, report_date
),

other_costs as (
    select
        app_id,
        channel,
        cost_date as acquisition_date,
        cast(sum(amount_reporting) as decimal(38, 6)) as other_cost
    from {{ ref('int_channel_costs') }}
    group by app_id, channel, cost_date
),

new_users as (
    select
        app_id,
        user_id,
        coalesce(acquisition_channel, '(unknown)') as channel,
        first_active_date as acquisition_date
    from {{ ref('int_users') }}
    where first_active_date is not null and not is_preexisting
),

-- Where no event means activation, any key event does.
activation as (
    select count(*) > 0 as is_catalogued
    from {{ ref('int_event_catalog') }}
    where measure = 'activation'
),

milestones as (
    select
        events.app_id,
        events.user_id,
        bool_or(events.measure = 'sign_up') as is_signed_up,
        bool_or(
            case when activation.is_catalogued then events.measure = 'activation' else events.is_key_event end
            and {{ days_between('users.acquisition_date', 'events.event_date') }} between 0 and 6
        ) as is_activated
    from {{ ref('int_events') }} as events
    inner join new_users as users on events.app_id = users.app_id and events.user_id = users.user_id
    cross join activation
    where events.measure in ('sign_up', 'activation') or events.is_key_event
    group by events.app_id, events.user_id
),

cohorts as (
    select
        users.app_id,
        users.channel,
        users.acquisition_date,
        cast(count(*) as bigint) as new_users,
        cast(count(case when milestones.is_signed_up then 1 end) as bigint) as sign_ups,
        cast(count(case when milestones.is_activated then 1 end) as bigint) as activated_users
    from new_users as users
    left join milestones on users.app_id = milestones.app_id and users.user_id = milestones.user_id
    group by users.app_id, users.channel, users.acquisition_date
),

returns as (
    select
        app_id,
        channel,
        acquisition_date,
        {% for n in [1, 7, 30] %}
        cast(sum(case when day_number = {{ n }} then active_users else 0 end) as bigint) as retained_d{{ n }},
        {% endfor %}
        {% for n in [0, 7, 30] %}
        cast(sum(case when day_number <= {{ n }} then net_revenue else 0 end) as decimal(38, 6)) as revenue_d{{ n }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_channel_cohort_days') }}
    group by app_id, channel, acquisition_date
),

keys as (
    select app_id, channel, acquisition_date from visits
    union
    select app_id, channel, acquisition_date from ad_costs
    union
    select app_id, channel, acquisition_date from other_costs
    union
    select app_id, channel, acquisition_date from cohorts
),

joined as (
    select
        keys.app_id,
        keys.channel,
        keys.acquisition_date,
        coalesce(visits.visits, 0) as visits,
        coalesce(cohorts.sign_ups, 0) as sign_ups,
        coalesce(cohorts.new_users, 0) as new_users,
        coalesce(cohorts.activated_users, 0) as activated_users,
        cast(coalesce(ad_costs.ad_cost, 0) as decimal(38, 6)) as ad_cost,
        cast(coalesce(other_costs.other_cost, 0) as decimal(38, 6)) as other_cost,
        cast(coalesce(ad_costs.ad_cost, 0) + coalesce(other_costs.other_cost, 0) as decimal(38, 6)) as cost,
        {% for n in [1, 7, 30] %}
        coalesce(returns.retained_d{{ n }}, 0) as retained_d{{ n }},
        {% endfor %}
        {% for n in [0, 7, 30] %}
        cast(coalesce(returns.revenue_d{{ n }}, 0) as decimal(38, 6)) as revenue_d{{ n }}{{ ',' if not loop.last }}
        {% endfor %}
    from keys
    left join visits using (app_id, channel, acquisition_date)
    left join ad_costs using (app_id, channel, acquisition_date)
    left join other_costs using (app_id, channel, acquisition_date)
    left join cohorts using (app_id, channel, acquisition_date)
    left join returns using (app_id, channel, acquisition_date)
),

accumulated as (
    select
        app_id,
        channel,
        acquisition_date,
        day_number,
        cast(sum(net_revenue) over (
            partition by app_id, channel, acquisition_date order by day_number
            rows between unbounded preceding and current row
        ) as decimal(38, 6)) as revenue_so_far
    from {{ ref('int_channel_cohort_days') }}
),

paybacks as (
    select
        joined.app_id,
        joined.channel,
        joined.acquisition_date,
        min(accumulated.day_number) as payback_days
    from joined
    inner join accumulated
        on
            joined.app_id = accumulated.app_id
            and joined.channel = accumulated.channel
            and joined.acquisition_date = accumulated.acquisition_date
    where joined.cost > 0 and accumulated.day_number <= 365 and accumulated.revenue_so_far >= joined.cost
    group by joined.app_id, joined.channel, joined.acquisition_date
),

-- A cohort can be judged once new users are known from users first seen. After an app's life nothing more arrives.
cohort_days as (
    select
        periods.app_id,
        periods.period_start as activity_date,
        periods.is_new_known,
        periods.is_complete and coalesce(days.orders_complete, true) as has_arrived,
        periods.is_complete and coalesce(days.orders_complete, true) and periods.is_new_known as is_complete
    from {{ ref('int_app_periods') }} as periods
    left join {{ ref('int_app_days') }} as days
        on periods.app_id = days.app_id and periods.period_start = days.activity_date
    where periods.grain = 'day'
),

ad_days as (
    select
        app_id,
        activity_date,
        bool_and(is_complete) as is_complete
    from {{ ref('int_ad_feed_days') }}
    group by app_id, activity_date
)

select
    joined.app_id,
    joined.channel,
    joined.acquisition_date,
    joined.visits,
    joined.sign_ups,
    joined.new_users,
    joined.activated_users,
    joined.ad_cost,
    joined.other_cost,
    joined.cost,
    joined.retained_d1,
    joined.retained_d7,
    joined.retained_d30,
    joined.revenue_d0,
    joined.revenue_d7,
    joined.revenue_d30,
    {{ ratio('joined.cost', 'joined.new_users') }} as cac,
    {{ ratio('joined.revenue_d7', 'joined.cost') }} as roas_d7,
    {{ ratio('joined.revenue_d30', 'joined.cost') }} as roas_d30,
    {{ ratio('(joined.revenue_d7 - joined.cost)', 'joined.cost') }} as roi_d7,
    {{ ratio('(joined.revenue_d30 - joined.cost)', 'joined.cost') }} as roi_d30,
    cast(paybacks.payback_days as bigint) as payback_days,
    -- Outside an app's life (spend before launch, unmapped spend) only the reports of ads are waited for.
    coalesce(days.is_complete, joined.acquisition_date <= apps.last_complete_date, false)
    and coalesce(ad_days.is_complete, true) as is_complete,
    {% for n in [1, 7, 30] %}
    coalesce(days.is_complete and days_d{{ n }}.has_arrived, false) as is_mature_d{{ n }}{{ ',' if not loop.last }}
    {% endfor %}
from joined
left join paybacks using (app_id, channel, acquisition_date)
left join {{ ref('int_apps') }} as apps on joined.app_id = apps.app_id
left join cohort_days as days
    on joined.app_id = days.app_id and joined.acquisition_date = days.activity_date
left join ad_days
    on joined.app_id = ad_days.app_id and joined.acquisition_date = ad_days.activity_date
{% for n in [1, 7, 30] %}
left join cohort_days as days_d{{ n }}
    on joined.app_id = days_d{{ n }}.app_id and {{ add_days('joined.acquisition_date', n) }} = days_d{{ n }}.activity_date
{% endfor %}
