{# What an event is by itself, whoever its user turns out to be: the columns that int_described_events works out once,
   when the event arrives, and int_kept_events keeps. #}
{% macro kept_columns() %}
    {{ return([
        'app_id', 'event_id', 'event_key', 'event_name', 'anonymous_id', 'is_identified', 'device_id', 'occurred_at',
        'received_at', 'event_date', 'platform', 'app_version', 'country', 'region', 'measure',
        'is_active_event', 'is_key_event', 'content_id', 'creator_id', 'activity_id', 'item_id', 'order_id', 'quantity',
        'feature', 'revenue', 'discount', 'currency_code', 'duration_seconds', 'page', 'channel', 'campaign',
        'recall_channel', 'content_key', 'batch_id',
    ]) }}
{% endmacro %}
