"""Amplitude Export API, one event a line. Times are UTC without offset; `session_id` is an epoch in ms, -1 is none."""

from ingestion.sources.app_events.adapters.adapter import (
    CONTENT,
    Adapter,
    Source,
    country_columns,
    fingerprint,
    first,
)

_COUNTRY, _COUNTRY_NAME = country_columns("country")
_PRICE, _QUANTITY = "{event_properties.$price}", "coalesce({event_properties.$quantity}, '1')"
#: Exact, without trailing zeros; digits beyond these are nobody's price.
_PRODUCT = f"""case when regexp_full_match({_PRICE}, '-?[0-9]{{1,12}}([.][0-9]{{1,6}})?')
    and regexp_full_match({_QUANTITY}, '-?[0-9]{{1,9}}') then regexp_replace(cast(
        try_cast({_PRICE} as decimal(18, 6)) * try_cast({_QUANTITY} as decimal(9, 0)) as varchar), '[.]?0+$', '') end"""

AMPLITUDE = Adapter(
    "amplitude",
    columns={
        "event_id": Source(
            "case when coalesce({$insert_id}, {insert_id}) is not null "
            f"then {fingerprint('device_id', 'user_id', '$insert_id', 'insert_id')} "
            f"else coalesce({{uuid}}, md5({{{CONTENT}}})) end",
            "md5 of `device_id`, `user_id` and `$insert_id` or `insert_id`; else `uuid`; else md5 of the line without "
            "its transport times",
        ),
        "app_id": first("app"),
        "event_name": first("event_type"),
        "user_id": first("user_id"),
        "anonymous_id": first("device_id", "amplitude_id"),
        "occurred_at": first("event_time", "client_event_time", "time"),
        "received_at": first("server_received_time", "server_upload_time"),
        "platform": Source("lower({platform})", "`platform`"),
        "app_version": first("version_name", "app_version"),
        "device_id": first("device_id"),
        "session_id": Source("nullif({session_id}, '-1')", "`session_id`; -1 is none"),
        "country": _COUNTRY,
        "region": first("region"),
        "city": first("city"),
    },
    properties=first("event_properties"),
    derived={
        "revenue": Source(
            f"coalesce(nullif({{event_properties.$revenue}}, ''), nullif({{revenue}}, ''), {_PRODUCT})",
            "`event_properties.$revenue`, else `revenue`, else `event_properties.$price` × "
            "`event_properties.$quantity` (1 where there is none)",
        ),
        "quantity": first("event_properties.$quantity", "quantity"),
        "item_id": first("event_properties.$productId", "productId"),
        "referrer": first("user_properties.referrer"),
        "utm_source": first("user_properties.utm_source"),
        "utm_medium": first("user_properties.utm_medium"),
        "utm_campaign": first("user_properties.utm_campaign"),
        "utm_term": first("user_properties.utm_term"),
        "utm_content": first("user_properties.utm_content"),
        "country_name": _COUNTRY_NAME,
    },
    consumed=("app", "event_type", "user_id", "device_id", "region", "city", "event_properties"),
    scalars=("$insert_id", "insert_id", "uuid", "app", "event_type", "user_id", "device_id", "amplitude_id"),
    transport=(
        "client_upload_time",
        "server_received_time",
        "server_upload_time",
        "processed_time",
        "data",
    ),
)
