{{ config(meta={"dagster": {"ref": {"name": "fct_ad_attribution_gap"}}}) }}

-- Every model and window holds all that the platforms report; the longest window holds all credit of the ad channels.
with sides as (
    select
        app_id,
        channel,
        attribution_model,
        attribution_window,
        sum(spend) as spend,
        sum(platform_conversions) as platform_conversions,
        case when attribution_window = '30d' then sum(own_conversions) end as own_conversions,
        case when attribution_window = '30d' then sum(own_revenue) end as own_revenue
    from {{ ref('fct_ad_attribution_gap') }}
    group by app_id, channel, attribution_model, attribution_window
),

reported as (
    select
        app_id,
        channel,
        sum(spend_reporting) as spend,
        sum(conversions) as conversions
    from {{ ref('fct_ad_performance') }}
    group by app_id, channel
),

credited as (
    select
        app_id,
        channel,
        attribution_model,
        sum(credit) as credit,
        sum(attributed_revenue) as revenue
    from {{ ref('fct_attribution') }}
    where touch_number > 0
    group by app_id, channel, attribution_model
)

select sides.*, reported.spend as reported_spend, reported.conversions as reported_conversions, credited.credit, credited.revenue
from sides
full outer join reported on sides.app_id = reported.app_id and sides.channel = reported.channel
left join credited
    on
        sides.app_id = credited.app_id
        and sides.channel = credited.channel
        and sides.attribution_model = credited.attribution_model
where
    coalesce(sides.spend, 0) <> coalesce(reported.spend, 0)
    or coalesce(sides.platform_conversions, 0) <> coalesce(reported.conversions, 0)
    or (
        sides.attribution_window = '30d'
        and (sides.own_conversions <> coalesce(credited.credit, 0) or sides.own_revenue <> coalesce(credited.revenue, 0))
    )
