"""GA4 BigQuery export, one event a line (JSON export of events_YYYYMMDD or events_intraday_YYYYMMDD).

`event_timestamp` is an epoch in µs, UTC; whole numbers come as text or as numbers. An event has no id of its own, and a
day table is exported again for up to three days: the identity is what a restatement does not change.
"""

from ingestion.sources.app_events.adapters.adapter import (
    OWN,
    Adapter,
    Source,
    country_columns,
    fingerprint,
    first,
)

_COUNTRY, _COUNTRY_NAME = country_columns("geo.country")
_SHAPE = (
    '[{"key":"VARCHAR","value":{"string_value":"VARCHAR","int_value":"VARCHAR","float_value":"VARCHAR",'
    '"double_value":"VARCHAR"}}]'
)
_PARAMETERS = f"json_transform(case when json_valid({{event_params}}) then {{event_params}} end, '{_SHAPE}')"
_NUMBER = "coalesce(parameter.value.int_value, parameter.value.double_value, parameter.value.float_value)"
_OBJECT = f"""'{{' || array_to_string(list_sort(list_transform({_PARAMETERS}, lambda parameter:
    cast(to_json(parameter.key) as varchar) || ':' || coalesce(
        cast(to_json(parameter.value.string_value) as varchar),
        case when regexp_full_match({_NUMBER}, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?') then {_NUMBER}
            else cast(to_json({_NUMBER}) as varchar) end, 'null'))), ',') || '}}'"""
_STABLE = (
    "stream_id",
    "user_pseudo_id",
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
    OWN,
)

GA4_EXPORT = Adapter(
    "ga4_export",
    columns={
        "event_id": Source(
            fingerprint(*_STABLE),
            "md5 of `stream_id`, `user_pseudo_id`, `event_timestamp`, `event_name`, `event_bundle_sequence_id`, "
            "`batch_page_id`, `batch_ordering_id`, `batch_event_index` and the parameters",
        ),
        "app_id": first("app_info.id", "stream_id"),
        "event_name": first("event_name"),
        "user_id": first("user_id"),
        "anonymous_id": first("user_pseudo_id"),
        "occurred_at": first("event_timestamp"),
        "platform": Source("lower({platform})", "`platform`"),
        "app_version": first("app_info.version"),
        "device_id": first("device.vendor_id", "device.advertising_id"),
        "session_id": first("own:ga_session_id"),
        "country": _COUNTRY,
        "region": first("geo.region"),
        "city": first("geo.city"),
    },
    properties=Source(_OBJECT, "`event_params`: key → string, int, double or float value, sorted by key"),
    derived={
        "page": first("own:page_location", "own:firebase_screen"),
        "referrer": first("own:page_referrer"),
        "order_id": first("ecommerce.transaction_id", "own:transaction_id"),
        "revenue": first("ecommerce.purchase_revenue"),
        "duration_seconds": Source(
            "cast(try_cast({own:engagement_time_msec} as decimal(18, 3)) / 1000 as decimal(18, 3))",
            "`own:engagement_time_msec` / 1000",
        ),
        "utm_source": first("collected_traffic_source.manual_source"),
        "utm_medium": first("collected_traffic_source.manual_medium"),
        "utm_campaign": first("collected_traffic_source.manual_campaign_name"),
        "utm_term": first("collected_traffic_source.manual_term"),
        "utm_content": first("collected_traffic_source.manual_content"),
        "country_name": _COUNTRY_NAME,
    },
    consumed=("event_name", "event_timestamp", "event_params", "user_id", "user_pseudo_id"),
    scalars=("user_id", *(path for path in _STABLE if path != OWN)),
    problems={
        "bad_properties": (
            "{event_params} is not null and not (starts_with({event_params}, '[') and json_valid({event_params}))",
            "event_params: an array of {key, value} is wanted",
        ),
        "repeated_key": (
            f"list_unique(list_transform({_PARAMETERS}, lambda parameter: parameter.key)) < len({_PARAMETERS})",
            "event_params: a key is there twice",
        ),
    },
)
