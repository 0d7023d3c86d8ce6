"""Snowplow enriched events, one a line of tab-separated cells without a header; enriched_lines names the cells.

Times are UTC without offset. `event_id` is what the vendor's own models recognise a copy by; the first received counts.
"""

from ingestion.casting import moment
from ingestion.sources.app_events.adapters.adapter import Adapter, Source, country_columns, first

_COUNTRY, _COUNTRY_NAME = country_columns("geo_country")
_RECEIVED, _SENT, _CREATED = (
    moment(f"{{{name}}}") for name in ("collector_tstamp", "dvce_sent_tstamp", "dvce_created_tstamp")
)
_CORRECTED = f"cast(({_RECEIVED}) - (({_SENT}) - ({_CREATED})) as varchar)"


def _of_context(schema: str, name: str) -> str:
    """SQL template: a text of the first context of that schema (trackers of mobile apps say it nowhere else)."""
    shape = f'[{{"schema":"VARCHAR","data":{{"{name}":"VARCHAR"}}}}]'
    contexts = (
        f"json_transform(case when json_valid({{contexts.data}}) then {{contexts.data}} end, '{shape}')"
    )
    found = f"list_filter({contexts}, lambda context: contains(context.schema, '/{schema}/'))"
    return f"nullif(struct_extract({found}[1].data, '{name}'), '')"


_SESSION = "client_session"
_MOBILE = "mobile_context"

SNOWPLOW = Adapter(
    "snowplow",
    columns={
        "event_id": first("event_id"),
        "app_id": first("app_id"),
        "event_name": Source(
            "case when {event} = 'struct' then coalesce({se_action}, {event}) else coalesce({event_name}, {event}) end",
            "`event_name`, else `event`; `se_action` of a struct event",
        ),
        "user_id": first("user_id"),
        "anonymous_id": Source(
            f"coalesce({{domain_userid}}, {_of_context(_SESSION, 'userId')}, {{network_userid}})",
            "`domain_userid`, else `userId` of the context client_session, else `network_userid`",
        ),
        "occurred_at": Source(
            f"coalesce({{derived_tstamp}}, {{true_tstamp}}, {_CORRECTED}, {{dvce_created_tstamp}}, "
            "{collector_tstamp})",
            "`derived_tstamp`, else `true_tstamp`, else `collector_tstamp` − (`dvce_sent_tstamp` − "
            "`dvce_created_tstamp`), else `dvce_created_tstamp`, else `collector_tstamp`",
        ),
        "received_at": first("collector_tstamp"),
        "platform": Source(
            f"lower(coalesce({_of_context(_MOBILE, 'osType')}, {{platform}}))",
            "`osType` of the context mobile_context, else `platform`",
        ),
        "app_version": Source(_of_context("application", "version"), "`version` of the context application"),
        "device_id": Source(
            f"coalesce({_of_context(_MOBILE, 'appleIdfv')}, {_of_context(_MOBILE, 'androidIdfa')})",
            "`appleIdfv`, else `androidIdfa` of the context mobile_context",
        ),
        "session_id": Source(
            f"coalesce({{domain_sessionid}}, {_of_context(_SESSION, 'sessionId')})",
            "`domain_sessionid`, else `sessionId` of the context client_session",
        ),
        "country": _COUNTRY,
        "region": first("geo_region_name", "geo_region"),
        "city": first("geo_city"),
    },
    properties=first("unstruct_event.data.data"),
    derived={
        "page": first("page_urlpath", "page_url"),
        "referrer": first("page_referrer"),
        "order_id": first("tr_orderid", "ti_orderid"),
        "revenue": first("tr_total"),
        "currency": first("tr_currency", "ti_currency"),
        "item_id": first("ti_sku"),
        "quantity": first("ti_quantity"),
        "utm_source": first("mkt_source"),
        "utm_medium": first("mkt_medium"),
        "utm_campaign": first("mkt_campaign"),
        "utm_term": first("mkt_term"),
        "utm_content": first("mkt_content"),
        "se_category": first("se_category"),
        "se_label": first("se_label"),
        "se_property": first("se_property"),
        "se_value": first("se_value"),
        "country_name": _COUNTRY_NAME,
    },
    consumed=("event_id", "user_id", "collector_tstamp", "geo_city"),
    scalars=("event_id",),
    problems={
        "broken_json": (
            " or ".join(
                f"coalesce(not (starts_with({{{name}}}, '{{') and json_valid({{{name}}})), false)"
                for name in ("unstruct_event", "contexts", "derived_contexts")
            ),
            "unstruct_event, contexts, derived_contexts: a JSON object is wanted in each",
        ),
    },
)
