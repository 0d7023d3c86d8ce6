-- GA4 restates a day for three days. Channels follow the same mapping as our own visits.
with channels as (
    select
        lower(utm_source) as utm_source,
        lower(utm_medium) as utm_medium,
        channel
    from {{ ref('channel_mapping') }}
)

select
    sessions.app_id,
    'ga4' as analytics_tool,
    sessions.account_id as property_id,
    case
        when sessions.source = '(direct)' then 'direct'
        else coalesce(by_both.channel, by_source.channel, by_medium.channel, '(other)')
    end as channel,
    sessions.source,
    sessions.medium,
    sessions.activity_date,
    cast(sessions.sessions as bigint) as sessions,
    cast(sessions.engaged_sessions as bigint) as engaged_sessions,
    cast(sessions.users as bigint) as users,
    cast(sessions.new_users as bigint) as new_users,
    sessions.is_estimate,
    cast(sessions.observed_at as date) >= {{ add_days('sessions.activity_date', 4) }} as is_mature
from {{ ref('stg_ga4__sessions') }} as sessions
left join channels as by_both
    on lower(sessions.source) = by_both.utm_source and lower(sessions.medium) = by_both.utm_medium
left join channels as by_source
    on lower(sessions.source) = by_source.utm_source and by_source.utm_medium is null
left join channels as by_medium
    on lower(sessions.medium) = by_medium.utm_medium and by_medium.utm_source is null
