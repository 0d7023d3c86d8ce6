{% set models = ['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay'] %}
{% set windows = [1, 7, 30] %}
{% set place = 'app_id, channel, platform, account_id, campaign_id, report_date' %}
with campaigns as (
    select
        app_id,
        channel,
        platform,
        account_id,
        campaign_id,
        max_by(campaign_name, observed_at) as campaign_name,
        max_by(time_zone, observed_at) as time_zone
    from {{ ref('int_ad_performance') }}
    group by app_id, channel, platform, account_id, campaign_id
),

-- What a campaign may be called in utm_campaign: what its ads' pages say comes first, then its id, then its name.
called as (
    select app_id, channel, platform, account_id, campaign_id, lower(utm_campaign) as called, 1 as choice
    from {{ ref('dim_ads') }}
    union
    select app_id, channel, platform, account_id, campaign_id, lower(campaign_id), 2
    from campaigns
    union
    select app_id, channel, platform, account_id, campaign_id, lower(campaign_name), 3
    from campaigns
),

-- A word that two campaigns of a channel go by tells neither.
matches as (
    select
        app_id,
        channel,
        called,
        min(platform) as platform,
        min(account_id) as account_id,
        min(campaign_id) as campaign_id
    from (
        select *
        from called
        where called is not null
        qualify choice = min(choice) over (partition by app_id, channel, called)
    ) as best
    group by app_id, channel, called
    having count(*) = 1
),

channels as (
    select
        app_id,
        channel,
        case when count(distinct platform) = 1 then min(platform) else '(unmatched)' end as platform,
        case when count(distinct concat(platform, ' ', account_id)) = 1 then min(account_id) else '(unmatched)' end as account_id,
        case when count(distinct time_zone) = 1 then min(time_zone) end as time_zone
    from campaigns
    group by app_id, channel
),

-- A credit is dated as the platform would have dated it: by its kind of day, in the account's time zone.
credits as (
    select
        credits.app_id,
        credits.channel,
        coalesce(matches.platform, channels.platform) as platform,
        coalesce(matches.account_id, channels.account_id) as account_id,
        coalesce(matches.campaign_id, '(unmatched)') as campaign_id,
        credits.attribution_model,
        {{ micros_between('credits.touched_at', 'credits.converted_at') }} as micros_before,
        {{ local_date(
            "case when platforms.conversions_booked_on = 'conversion' then credits.converted_at else credits.touched_at end",
            'coalesce(campaigns.time_zone, channels.time_zone, apps.timezone)'
        ) }} as report_date,
        credits.credit,
        credits.attributed_revenue
    from {{ ref('fct_attribution') }} as credits
    inner join channels on credits.app_id = channels.app_id and credits.channel = channels.channel
    inner join {{ ref('int_apps') }} as apps on credits.app_id = apps.app_id
    left join matches
        on
            credits.app_id = matches.app_id
            and credits.channel = matches.channel
            and lower(credits.campaign) = matches.called
    left join campaigns
        on
            matches.app_id = campaigns.app_id
            and matches.channel = campaigns.channel
            and matches.platform = campaigns.platform
            and matches.account_id = campaigns.account_id
            and matches.campaign_id = campaigns.campaign_id
    left join {{ ref('ad_platforms') }} as platforms
        on coalesce(matches.platform, channels.platform) = platforms.platform
    where credits.touch_number > 0
),

windows as (
    {% for days in windows %}
    select {{ days }} as window_days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

own as (
    select
        {{ place }},
        attribution_model,
        windows.window_days,
        cast(sum(credit) as decimal(38, 6)) as conversions,
        cast(sum(attributed_revenue) as decimal(38, 6)) as revenue
    from credits
    inner join windows on credits.micros_before <= cast(windows.window_days as bigint) * 86400000000
    group by {{ place }}, attribution_model, windows.window_days
),

reported as (
    select
        {{ place }},
        cast(sum(spend_reporting) as decimal(38, 6)) as spend,
        cast(sum(conversions) as decimal(38, 6)) as conversions,
        cast(sum(conversion_value_reporting) as decimal(38, 6)) as conversion_value,
        bool_and(is_mature) as is_mature
    from {{ ref('int_ad_performance') }}
    group by {{ place }}
),

-- Every place and day that one of the two knows, for every model and window: each of these is a whole picture.
cells as (
    select
        days.*,
        models.attribution_model,
        windows.window_days
    from (
        select {{ place }} from reported
        union
        select {{ place }} from own
    ) as days
    cross join (
        {% for model in models %}
        select '{{ model }}' as attribution_model
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as models
    cross join windows
),

compared as (
    select
        cells.*,
        campaigns.campaign_name,
        coalesce(platforms.conversions_booked_on, 'touch') as time_basis,
        coalesce(reported.spend, 0) as spend,
        case when reported.app_id is null then 0 else reported.conversions end as platform_conversions,
        case when reported.app_id is null then 0 else reported.conversion_value end as platform_value,
        coalesce(own.conversions, 0) as own_conversions,
        coalesce(own.revenue, 0) as own_revenue,
        coalesce(app_days.is_complete, false) and coalesce(feed_days.is_complete, false) as is_complete,
        coalesce(reported.is_mature, true) as is_settled,
        apps.last_complete_date
    from cells
    left join reported using ({{ place }})
    left join own using ({{ place }}, attribution_model, window_days)
    left join campaigns using (app_id, channel, platform, account_id, campaign_id)
    left join {{ ref('ad_platforms') }} as platforms on cells.platform = platforms.platform
    left join {{ ref('int_apps') }} as apps on cells.app_id = apps.app_id
    left join {{ ref('int_app_days') }} as app_days
        on cells.app_id = app_days.app_id and cells.report_date = app_days.activity_date
    left join {{ ref('int_ad_feed_days') }} as feed_days
        on
            cells.app_id = feed_days.app_id
            and cells.platform = feed_days.platform
            and cells.report_date = feed_days.activity_date
)

select
    app_id,
    report_date,
    channel,
    platform,
    account_id,
    campaign_id,
    campaign_name,
    attribution_model,
    concat(cast(window_days as {{ dbt.type_string() }}), 'd') as attribution_window,
    time_basis,
    cast(spend as decimal(38, 6)) as spend,
    cast(platform_conversions as decimal(38, 6)) as platform_conversions,
    cast(own_conversions as decimal(38, 6)) as own_conversions,
    cast(platform_conversions - own_conversions as decimal(38, 6)) as conversion_gap,
    {{ ratio('platform_conversions', 'own_conversions') }} as conversion_ratio,
    cast(platform_value as decimal(38, 6)) as platform_value,
    cast(own_revenue as decimal(38, 6)) as own_revenue,
    cast(platform_value - own_revenue as decimal(38, 6)) as value_gap,
    {{ ratio('platform_value', 'own_revenue') }} as value_ratio,
    {{ ratio('platform_value', 'spend') }} as platform_roas,
    {{ ratio('own_revenue', 'spend') }} as own_roas,
    is_complete,
    is_complete
    and is_settled
    and (time_basis = 'conversion' or {{ add_days('report_date', 'window_days') }} <= last_complete_date) as is_mature
from compared
