"""神策 operations on profiles: `profile_*` of users, `item_*` of items, one a line."""

from ingestion.sources.app_events.adapters.adapter import CONTENT, Adapter, Source, fingerprint, first

IS_OPERATION = "coalesce(regexp_matches({type}, '^(profile|item)_'), false)"
_IS_USER = "starts_with({type}, 'profile_')"
_LOGIN = "coalesce(nullif({identities.$identity_login_id}, ''), nullif({login_id}, ''))"
_IS_LOGIN = "coalesce(lower({properties.$is_login_id}) = 'true', false)"
_ANONYMOUS = (
    "coalesce(nullif({anonymous_id}, ''), nullif({identities.$identity_anonymous_id}, ''), "
    "nullif({identities.$identity_cookie_id}, ''))"
)
_TRACKED = ("project", "type", "distinct_id", "item_type", "item_id", "time", "_track_id")

SENSORS_PROFILES = Adapter(
    "sensors profiles",
    columns={
        "operation_id": Source(
            f"case when {{_track_id}} is null then md5({{{CONTENT}}}) else {fingerprint(*_TRACKED)} end",
            "md5 of `project`, `type`, `distinct_id`, `item_type`, `item_id`, `time`, `_track_id`; without `_track_id` "
            "md5 of the line without `_flush_time` and `recv_time`",
        ),
        "app_id": first("project"),
        "user_id": Source(
            f"case when {_IS_USER} then coalesce({_LOGIN}, case when {_IS_LOGIN} then {{distinct_id}} end) end",
            "`identities.$identity_login_id`, else `login_id`, else `distinct_id` where `properties.$is_login_id` is "
            "true; none of an item",
        ),
        "anonymous_id": Source(
            f"case when {_IS_USER} then coalesce({_ANONYMOUS}, "
            f"case when not {_IS_LOGIN} and {_LOGIN} is null then {{distinct_id}} end) end",
            "`anonymous_id`, else `identities.$identity_anonymous_id` or `$identity_cookie_id`, else `distinct_id` of "
            "somebody not signed in; none of an item",
        ),
        "item_type": Source(f"case when not {_IS_USER} then {{item_type}} end", "`item_type` of an item"),
        "item_id": Source(f"case when not {_IS_USER} then {{item_id}} end", "`item_id` of an item"),
        "operation": Source(
            "regexp_replace({type}, '^(profile|item)_', '')", "`type` without `profile_` or `item_`"
        ),
        "occurred_at": first("time"),
        "received_at": first("recv_time"),
    },
    properties=first("properties"),
    derived={},
    consumed=("type", "time", "project", "properties", "item_type", "item_id"),
    scalars=("type", "distinct_id", "item_type", "item_id", "time", "project", "_track_id"),
    transport=("_flush_time", "recv_time"),
    only=IS_OPERATION,
)
