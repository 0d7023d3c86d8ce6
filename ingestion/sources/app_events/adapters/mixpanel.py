"""Mixpanel raw export, one event a line: `{"event": ..., "properties": {...}}`.

`properties.time` is an epoch in s or ms and is read as UTC; a project whose export is in its own zone must be switched
to UTC at the vendor (not verified for old projects).
"""

from ingestion.sources.app_events.adapters.adapter import (
    CONTENT,
    Adapter,
    Source,
    country_columns,
    fingerprint,
    first,
)

_COUNTRY, _COUNTRY_NAME = country_columns("properties.mp_country_code")
_DEVICE = "starts_with({properties.distinct_id}, '$device:')"
_TRACKED = ("event", "properties.time", "properties.distinct_id", "properties.$insert_id")

MIXPANEL = Adapter(
    "mixpanel",
    columns={
        "event_id": Source(
            f"case when {{properties.$insert_id}} is null then md5({{{CONTENT}}}) else {fingerprint(*_TRACKED)} end",
            "md5 of `event`, `time`, `distinct_id`, `$insert_id` (the vendor's own rule); without `$insert_id` md5 of "
            "the line",
        ),
        "event_name": first("event"),
        "user_id": Source(
            f"coalesce(nullif({{properties.$user_id}}, ''), case when not {_DEVICE} "
            "and {properties.distinct_id} is distinct from {properties.$device_id} then {properties.distinct_id} end)",
            "`properties.$user_id`, else `properties.distinct_id` when it is no device",
        ),
        "anonymous_id": Source(
            f"coalesce(nullif({{properties.$device_id}}, ''), "
            f"case when {_DEVICE} then substr({{properties.distinct_id}}, 9) end)",
            "`properties.$device_id`, else `properties.distinct_id` after `$device:`",
        ),
        "occurred_at": first("properties.time"),
        "received_at": first("properties.mp_processing_time_ms"),
        "platform": Source(
            "lower(coalesce({properties.$os}, {properties.mp_lib}))",
            "`properties.$os`, else `properties.mp_lib`",
        ),
        "app_version": first("properties.$app_version_string", "properties.$app_version"),
        "device_id": first("properties.$device_id"),
        "session_id": first("properties.$session_id"),
        "country": _COUNTRY,
        "region": first("properties.$region"),
        "city": first("properties.$city"),
    },
    properties=first("properties"),
    derived={
        "page": first("properties.$current_url"),
        "referrer": first("properties.$referrer"),
        "duration_seconds": first("properties.$duration"),
        "country_name": _COUNTRY_NAME,
    },
    consumed=("event", "properties"),
    scalars=(
        "event",
        "properties.distinct_id",
        "properties.$insert_id",
        "properties.$user_id",
        "properties.time",
    ),
)
