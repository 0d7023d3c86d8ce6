{{ config(materialized='view') }}

with events as (
    select
        *,
        lower(utm_source) as mapped_source,
        lower(utm_medium) as mapped_medium,
        {{ url_domain('referrer') }} as referrer_domain
    from {{ ref('int_dated_events') }}
),

utm_channels as (
    select
        lower(utm_source) as utm_source,
        lower(utm_medium) as utm_medium,
        channel
    from {{ ref('channel_mapping') }}
),

-- A domain of the company or of a payment service covers its subdomains, two levels deep; no app = every app.
own_domains as (
    select distinct
        apps.app_id,
        lower(domains.domain) as domain
    from {{ ref('own_domains') }} as domains
    inner join {{ ref('int_apps') }} as apps
        on domains.app_id is null or domains.app_id = apps.app_id
)

select
    events.app_id,
    events.event_id,
    events.event_key,
    events.event_name,
    events.user_id,
    events.anonymous_id,
    events.is_identified,
    events.device_id,
    events.occurred_at,
    events.received_at,
    events.event_date,
    events.left_out_reason,
    events.platform,
    events.app_version,
    events.country,
    events.region,
    catalog.measure,
    catalog.is_active_event,
    catalog.is_key_event,
    events.content_id,
    events.creator_id,
    events.activity_id,
    events.item_id,
    events.order_id,
    events.quantity,
    events.feature,
    events.revenue,
    events.discount,
    upper(events.currency_code) as currency_code,
    events.duration_seconds,
    events.page,
    case
        when events.utm_source is not null or events.utm_medium is not null
            then coalesce(by_both.channel, by_source.channel, by_medium.channel, '(other)')
        when events.channel is not null then events.channel
        when
            events.referrer_domain is not null
            and own.domain is null and own_parent.domain is null and own_grandparent.domain is null
            then 'referral'
        else 'direct'
    end as channel,
    events.utm_campaign as campaign,
    events.recall_channel,
    events.content_key,
    events.batch_id
from events
inner join {{ ref('int_event_catalog') }} as catalog
    on events.event_name = catalog.event_name
left join utm_channels as by_both
    on events.mapped_source = by_both.utm_source and events.mapped_medium = by_both.utm_medium
left join utm_channels as by_source
    on events.mapped_source = by_source.utm_source and by_source.utm_medium is null
left join utm_channels as by_medium
    on events.mapped_medium = by_medium.utm_medium and by_medium.utm_source is null
left join own_domains as own
    on events.app_id = own.app_id and events.referrer_domain = own.domain
left join own_domains as own_parent
    on
        events.app_id = own_parent.app_id
        and {{ parent_domain('events.referrer_domain') }} = own_parent.domain
left join own_domains as own_grandparent
    on
        events.app_id = own_grandparent.app_id
        and {{ parent_domain(parent_domain('events.referrer_domain')) }} = own_grandparent.domain
