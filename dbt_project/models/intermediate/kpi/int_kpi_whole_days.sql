-- A KPI names the feeds whose whole days it needs. An app without a required feed has no such KPI, and before such a
-- feed begins there are no days of it. A feed that the KPI can do without is waited for once the app has it.
with feed_days as (
    select app_id, feed, activity_date, is_complete
    from {{ ref("int_feed_days") }}
    union all
    select app_id, 'ads' as feed, activity_date, bool_and(is_complete) as is_complete
    from {{ ref("int_ad_feed_days") }}
    group by app_id, activity_date
    union all
    select app_id, feed, activity_date, bool_and(is_complete) as is_complete
    from {{ ref("int_channel_feed_days") }}
    group by app_id, feed, activity_date
    union all
    -- The database that holds an app's invitations is the one that holds its orders.
    select days.app_id, 'invitations' as feed, days.activity_date, days.orders_complete as is_complete
    from {{ ref("int_app_days") }} as days
    semi join {{ ref("stg_app_database__invitations") }} as invitations on days.app_id = invitations.app_id
    union all
    -- Without registration data nobody knows in an app's first days who is new.
    select app_id, 'registrations' as feed, period_start as activity_date, is_new_known as is_complete
    from {{ ref("int_app_periods") }}
    where grain = 'day'
),

app_feeds as (
    select
        rule_feeds.rule,
        apps.app_id,
        rule_feeds.feed,
        rule_feeds.is_required,
        min(feed_days.activity_date) as first_date
    from {{ ref("int_apps") }} as apps
    cross join {{ ref("int_kpi_rule_feeds") }} as rule_feeds
    left join feed_days on apps.app_id = feed_days.app_id and rule_feeds.feed = feed_days.feed
    group by rule_feeds.rule, apps.app_id, rule_feeds.feed, rule_feeds.is_required
),

app_rules as (
    select
        rule,
        app_id,
        max(case when is_required then first_date end) as first_date
    from app_feeds
    group by rule, app_id
    having count(*) filter (where is_required and first_date is null) = 0
),

app_days as (
    select
        app_rules.rule,
        app_rules.app_id,
        days.activity_date
    from app_rules
    inner join {{ ref("int_app_days") }} as days
        on app_rules.app_id = days.app_id and app_rules.first_date <= days.activity_date
),

-- What a date cost and who was new on it are facts of that date; what a cohort does later is in events and orders.
missing as (
    select
        app_days.rule,
        app_days.app_id,
        app_days.activity_date,
        bool_or(app_feeds.feed in ('events', 'orders')) as is_of_behaviour
    from app_days
    inner join app_feeds
        on
            app_days.rule = app_feeds.rule
            and app_days.app_id = app_feeds.app_id
            and app_feeds.first_date <= app_days.activity_date
    left join feed_days
        on
            app_days.app_id = feed_days.app_id
            and app_feeds.feed = feed_days.feed
            and app_days.activity_date = feed_days.activity_date
    where not coalesce(feed_days.is_complete, false)
    group by app_days.rule, app_days.app_id, app_days.activity_date
)

select
    app_days.rule,
    app_days.app_id,
    app_days.activity_date,
    app_days.activity_date <= apps.last_complete_date and missing.rule is null as is_whole,
    app_days.activity_date <= apps.last_complete_date and not coalesce(missing.is_of_behaviour, false) as is_followed
from app_days
inner join {{ ref("int_apps") }} as apps on app_days.app_id = apps.app_id
left join missing
    on
        app_days.rule = missing.rule
        and app_days.app_id = missing.app_id
        and app_days.activity_date = missing.activity_date
