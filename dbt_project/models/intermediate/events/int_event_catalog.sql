{%- set measures = [
    'visit', 'page_view', 'sign_up', 'activation', 'impression', 'content_view', 'content_complete', 'like',
    'comment', 'share', 'favorite', 'follow', 'publish', 'report_content', 'item_view', 'add_to_cart',
    'purchase', 'refund', 'invite_sent', 'activity_join', 'feature_use', 'recall_sent',
] %}
{#- What a server does to a user is no activity of the user, whatever the catalog says of its measure. #}
{%- set server_measures = "('recall_sent', 'refund')" %}
{%- set server_names = "('push_sent', 'push_delivered', 'sms_sent', 'email_sent')" %}
with seen as (
    select distinct event_name from {{ ref('int_event_names') }}
),

named as (
    select
        coalesce(catalog.event_name, seen.event_name) as event_name,
        case
            when catalog.event_name is not null then catalog.measure
            when seen.event_name in ('{{ measures | join("', '") }}') then seen.event_name
        end as measure,
        catalog.domain,
        catalog.is_active_event,
        catalog.is_key_event,
        catalog.event_name is not null as is_catalogued
    from {{ ref('stg_ops_workbook__event_catalog') }} as catalog
    full outer join seen
        on catalog.event_name = seen.event_name
)

select
    event_name,
    measure,
    domain,
    case
        when measure in {{ server_measures }} then false
        when is_active_event is not null then is_active_event
        else event_name not in {{ server_names }}
    end as is_active_event,
    coalesce(is_key_event, false) as is_key_event,
    is_catalogued
from named
