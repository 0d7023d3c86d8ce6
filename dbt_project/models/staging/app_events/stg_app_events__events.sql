-- depends_on: {{ source('meta', 'run_batches') }}
-- depends_on: {{ source('app_events', 'events') }}
{%- set properties = {
    'content_id': 'text', 'creator_id': 'text', 'activity_id': 'text', 'item_id': 'text', 'order_id': 'text',
    'feature': 'text', 'page': 'text', 'referrer': 'text', 'channel': 'text', 'recall_channel': 'text',
    'utm_source': 'text', 'utm_medium': 'text', 'utm_campaign': 'text', 'utm_term': 'text',
    'utm_content': 'text', 'invited_by': 'text', 'currency': 'text',
    'quantity': 'decimal', 'revenue': 'decimal', 'discount': 'decimal', 'duration_seconds': 'decimal',
} %}
with events as (
    select
        *,
        {{ json_fields('properties', properties) }} as property
    from {{ read_raw('app_events', 'events', only_new=true) }}
)

select
    app_id,
    event_id,
    event_name,
    user_id,
    anonymous_id,
    device_id,
    cast(occurred_at as timestamp) as occurred_at,
    cast(received_at as timestamp) as received_at,
    platform,
    app_version,
    session_id as client_session_id,
    country,
    region,
    city,
    {%- for key, type in properties.items() %}
    {{ 'property.' ~ key if type == 'decimal' else "nullif(trim(property." ~ key ~ "), '')" }} as {{ 'currency_code' if key == 'currency' else key }},
    {%- endfor %}
    properties,
    {{ lookup_key(['_content_hash']) }} as content_key,
    _batch_id as batch_id,
    _source_file as source_file,
    _source_row as source_row,
    cast(_observed_at as timestamp) as observed_at
from events
