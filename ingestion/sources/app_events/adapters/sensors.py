"""神策 Sensors Analytics, one record a line: track, track_signup, track_id_bind and track_id_unbind are events.

`time` is an epoch in ms (UTC). What a track_id_unbind names is kept in `_extra`; nothing joined is taken apart.

Operations on user and item profiles (`profile_*`, `item_*`) are rows of their own table: sensors_profiles.
"""

from ingestion.sources.app_events.adapters.adapter import (
    CONTENT,
    Adapter,
    Source,
    country_columns,
    fingerprint,
    first,
)
from ingestion.sources.app_events.adapters.sensors_profiles import IS_OPERATION, SENSORS_PROFILES

_COUNTRY, _COUNTRY_NAME = country_columns("properties.$country")
_IS_LOGIN = "coalesce(lower({properties.$is_login_id}) = 'true', false)"
_LOGIN = "coalesce(nullif({identities.$identity_login_id}, ''), nullif({login_id}, ''))"
_KNOWS_LOGIN = f"({_IS_LOGIN} or {_LOGIN} is not null)"
#: What the vendor itself recognises a copy by.
_TRACKED = ("project", "type", "event", "distinct_id", "time", "_track_id")

SENSORS = Adapter(
    "sensors",
    columns={
        "event_id": Source(
            f"case when {{_track_id}} is null then md5({{{CONTENT}}}) else {fingerprint(*_TRACKED)} end",
            "md5 of `project`, `type`, `event`, `distinct_id`, `time`, `_track_id`; without `_track_id` md5 of the "
            "line without `_flush_time` and `recv_time`",
        ),
        "app_id": first("project"),
        "event_name": Source(
            "coalesce(nullif({event}, ''), case when {type} = 'track_signup' then '$SignUp' end)",
            "`event`; a track_signup without one is `$SignUp`",
        ),
        "user_id": Source(
            f"coalesce({_LOGIN}, case when {{type}} = 'track_signup' or {_IS_LOGIN} then {{distinct_id}} end)",
            "`identities.$identity_login_id`, else `login_id`, else `distinct_id` of a track_signup or where "
            "`properties.$is_login_id` is true",
        ),
        "anonymous_id": Source(
            "coalesce(case when {type} = 'track_signup' then {original_id} end, "
            f"case when {{type}} <> 'track_id_unbind' or not {_KNOWS_LOGIN} then coalesce("
            "nullif({anonymous_id}, ''), nullif({identities.$identity_anonymous_id}, ''), "
            "nullif({identities.$identity_cookie_id}, '')) end, "
            f"case when {{type}} <> 'track_signup' and not {_KNOWS_LOGIN} then {{distinct_id}} end)",
            "`original_id` of a track_signup, else `anonymous_id`, else `identities.$identity_anonymous_id` or "
            "`$identity_cookie_id` (not of a track_id_unbind of somebody signed in), else `distinct_id` of "
            "somebody not signed in",
        ),
        "occurred_at": first("time"),
        "received_at": first("recv_time"),
        "platform": Source("lower({properties.$os})", "`properties.$os`"),
        "app_version": first("properties.$app_version"),
        "device_id": first("properties.$device_id"),
        "session_id": first("properties.$event_session_id", "properties.$session_id"),
        "country": _COUNTRY,
        "region": first("properties.$province"),
        "city": first("properties.$city"),
    },
    properties=first("properties"),
    derived={
        "page": first("properties.$url_path", "properties.$screen_name", "properties.$url"),
        "referrer": first("properties.$referrer"),
        "duration_seconds": first("properties.event_duration", "properties.$event_duration"),
        "utm_source": first("properties.$utm_source"),
        "utm_medium": first("properties.$utm_medium"),
        "utm_campaign": first("properties.$utm_campaign"),
        "utm_term": first("properties.$utm_term"),
        "utm_content": first("properties.$utm_content"),
        "country_name": _COUNTRY_NAME,
    },
    consumed=("event", "time", "project", "properties"),
    scalars=("type", "event", "distinct_id", "original_id", "time", "project", "_track_id"),
    problems={
        "unknown_type": (
            "{type} is null or {type} not in ('track', 'track_signup', 'track_id_bind', 'track_id_unbind')",
            "type: track, track_signup, track_id_bind, track_id_unbind or an operation on a profile is wanted",
        ),
    },
    transport=("_flush_time", "recv_time"),
    only=f"not {IS_OPERATION}",
    operations=SENSORS_PROFILES,
)
