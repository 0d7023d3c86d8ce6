"""Segment spec, one call a line: track, page, screen, identify, alias, group.

Times carry an offset. `timestamp` is the moment on the device by Segment's clock; where an archive lacks it, it is
receivedAt − (sentAt − originalTimestamp), which takes the error of the device's clock out.
"""

from ingestion.casting import moment
from ingestion.sources.app_events.adapters.adapter import Adapter, Source, country_columns, first

_COUNTRY, _COUNTRY_NAME = country_columns("context.location.country")
_RECEIVED, _SENT, _ORIGINAL = (
    moment(f"{{{name}}}") for name in ("receivedAt", "sentAt", "originalTimestamp")
)
_CORRECTED = f"cast(({_RECEIVED}) - (({_SENT}) - ({_ORIGINAL})) as varchar)"

SEGMENT = Adapter(
    "segment",
    columns={
        "event_id": first("messageId"),
        "event_name": Source(
            "case {type} when 'track' then {event} when 'page' then 'page_view' when 'screen' then 'page_view'"
            " else {type} end",
            "`event` of a track call; page and screen are `page_view`; identify, alias and group keep their names",
        ),
        "user_id": first("userId"),
        "anonymous_id": Source(
            "coalesce(nullif({anonymousId}, ''), case when {type} = 'alias' then {previousId} end)",
            "`anonymousId`; of an alias without one `previousId`",
        ),
        "occurred_at": Source(
            f"coalesce(nullif({{timestamp}}, ''), {_CORRECTED}, {{originalTimestamp}}, {{receivedAt}})",
            "`timestamp`, else `receivedAt` − (`sentAt` − `originalTimestamp`), else `originalTimestamp`, "
            "else `receivedAt`",
        ),
        "received_at": first("receivedAt"),
        "platform": Source(
            "lower(coalesce({context.device.type}, {context.os.name}, "
            "case {channel} when 'browser' then 'web' else {channel} end))",
            "`context.device.type`, else `context.os.name`, else `channel` (browser is web)",
        ),
        "app_version": first("context.app.version"),
        "device_id": first("context.device.id"),
        "session_id": first("context.sessionId"),
        "country": _COUNTRY,
        "region": first("context.location.region"),
        "city": first("context.location.city"),
    },
    properties=Source(
        "case when {type} not in ('identify', 'group') or {traits} is null then {properties} "
        "when {properties} is null then {traits} else cast(json_merge_patch({properties}, {traits}) as varchar) end",
        "`properties`; of identify and group with the `traits`",
    ),
    derived={
        "page": Source(
            "case when {type} = 'screen' then coalesce({name}, {properties.name}) "
            "else coalesce({context.page.path}, {name}) end",
            "`context.page.path`, else `name`; `name` of a screen",
        ),
        "referrer": first("context.page.referrer"),
        "utm_source": first("context.campaign.source"),
        "utm_medium": first("context.campaign.medium"),
        "utm_campaign": first("context.campaign.name"),
        "utm_term": first("context.campaign.term"),
        "utm_content": first("context.campaign.content"),
        "group_id": first("groupId"),
        "country_name": _COUNTRY_NAME,
    },
    consumed=("messageId", "event", "userId", "anonymousId", "receivedAt", "properties"),
    scalars=("messageId", "type", "event", "userId", "anonymousId", "previousId"),
    problems={
        "unknown_type": (
            "{type} is null or {type} not in ('track', 'page', 'screen', 'identify', 'alias', 'group')",
            "type: one of track, page, screen, identify, alias, group is wanted",
        ),
    },
)
