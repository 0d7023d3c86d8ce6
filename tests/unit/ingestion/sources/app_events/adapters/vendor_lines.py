"""Lines as the vendors send them: SDK calls, raw exports, with made-up people."""

from typing import Any

from ingestion.sources.app_events.enriched_lines import COLUMNS

SEGMENT_TRACK: dict[str, Any] = {
    "anonymousId": "507f191e-810c-4729-9a6d-2f1b0f6f1a01",
    "context": {
        "app": {"name": "Shop", "version": "5.4.0", "build": "540"},
        "campaign": {
            "name": "spring",
            "source": "newsletter",
            "medium": "email",
            "term": "tee",
            "content": "b1",
        },
        "device": {"id": "dev-1", "type": "iOS", "model": "iPhone14,2"},
        "ip": "203.0.113.7",
        "library": {"name": "analytics-ios", "version": "4.1.6"},
        "location": {"city": "杭州", "country": "China", "region": "Zhejiang"},
        "page": {"path": "/cart", "referrer": "https://example.org/", "url": "https://shop.example/cart"},
    },
    "event": "Order Completed",
    "integrations": {"All": True},
    "messageId": "ajs-1",
    "originalTimestamp": "2026-03-30T12:10:00.000+08:00",
    "properties": {
        "order_id": "50314b8e",
        "revenue": 25.5,
        "currency": "CNY",
        "products": [{"sku": "45790"}],
    },
    "receivedAt": "2026-03-30T04:00:05.250Z",
    "sentAt": "2026-03-30T12:10:05.000+08:00",
    "type": "track",
    "userId": "u1",
    "version": 2,
    "writeKey": "wk",
}
SENSORS_TRACK: dict[str, Any] = {
    "distinct_id": "u1",
    "identities": {"$identity_login_id": "u1", "$identity_anonymous_id": "a1"},
    "time": 1774843200123,
    "type": "track",
    "event": "AddToCart",
    "project": "shop",
    "_track_id": 334461411,
    "_flush_time": 1774843205000,
    "lib": {"$lib": "js", "$lib_version": "1.26.3", "$lib_method": "code"},
    "properties": {
        "$os": "iOS",
        "$app_version": "5.4.0",
        "$is_login_id": True,
        "$country": "中国",
        "$province": "浙江",
        "$city": "杭州",
        "$url_path": "/item/1",
        "$utm_source": "baidu",
        "event_duration": 3.25,
        "item_id": "sku-1",
    },
}
GA4_PURCHASE: dict[str, Any] = {
    "event_date": "20260330",
    "event_timestamp": "1774843200123456",
    "event_name": "purchase",
    "event_params": [
        {"key": "page_location", "value": {"string_value": "https://shop.example/done"}},
        {"key": "ga_session_id", "value": {"int_value": "1774843000"}},
        {"key": "engagement_time_msec", "value": {"int_value": "1500"}},
        {"key": "currency", "value": {"string_value": "CNY"}},
        {"key": "value", "value": {"double_value": 25.5}},
    ],
    "event_bundle_sequence_id": "17",
    "user_id": "u1",
    "user_pseudo_id": "1234567890.1774000000",
    "device": {"category": "mobile", "operating_system": "iOS", "vendor_id": "v-1"},
    "geo": {"city": "Hangzhou", "country": "China", "region": "Zhejiang"},
    "collected_traffic_source": {
        "manual_source": "google",
        "manual_medium": "cpc",
        "manual_campaign_name": "spring",
    },
    "stream_id": "998877",
    "platform": "WEB",
    "ecommerce": {"purchase_revenue": 25.5, "transaction_id": "T-1"},
    "items": [{"item_id": "sku-1", "price": 25.5, "quantity": "1"}],
}
AMPLITUDE_EVENT: dict[str, Any] = {
    "$insert_id": "ins-1",
    "amplitude_id": 8537482913,
    "app": 187520,
    "city": "Hangzhou",
    "client_event_time": "2026-03-30 03:59:59.000000",
    "client_upload_time": "2026-03-30 04:00:04.000000",
    "country": "China",
    "device_id": "d-1",
    "event_id": 361,
    "event_properties": {"item_id": "sku-1", "$revenue": 9.9},
    "event_time": "2026-03-30 04:00:00.123000",
    "event_type": "Add to Cart",
    "platform": "Android",
    "region": "Zhejiang",
    "server_received_time": "2026-03-30 04:00:05.000000",
    "session_id": 1774843000123,
    "user_id": "u1",
    "user_properties": {"utm_source": "weibo", "vip": True},
    "uuid": "9f2c5c7e-2cf1-11f1-8000-0242ac110002",
    "version_name": "5.4.0",
}
MIXPANEL_EVENT: dict[str, Any] = {
    "event": "Sign Up",
    "properties": {
        "time": 1774843200,
        "distinct_id": "u1",
        "$device_id": "d-1",
        "$user_id": "u1",
        "$insert_id": "29fc2962-6d9c",
        "$app_version_string": "5.4.0",
        "$city": "Hangzhou",
        "$region": "Zhejiang",
        "$current_url": "https://shop.example/join",
        "$os": "Android",
        "mp_country_code": "CN",
        "mp_processing_time_ms": 1774843205250,
        "utm_source": "weibo",
        "plan": None,
    },
}
SNOWPLOW_SESSION: dict[str, Any] = {
    "schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1",
    "data": [
        {
            "schema": "iglu:com.snowplowanalytics.snowplow/mobile_context/jsonschema/1-0-3",
            "data": {"osType": "iOS", "osVersion": "19.1", "appleIdfv": "idfv-1"},
        },
        {
            "schema": "iglu:com.snowplowanalytics.mobile/application/jsonschema/1-0-0",
            "data": {"version": "5.4.0", "build": "540"},
        },
        {
            "schema": "iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2",
            "data": {"userId": "client-1", "sessionId": "session-1", "sessionIndex": 3},
        },
    ],
}
SNOWPLOW_EVENT: dict[str, str] = {
    "app_id": "shop",
    "platform": "web",
    "etl_tstamp": "2026-03-30 04:00:06.000",
    "collector_tstamp": "2026-03-30 04:00:05.250",
    "dvce_created_tstamp": "2026-03-30 12:00:00.000",
    "event": "unstruct",
    "event_id": "c6ef3124-b53a-4b13-a233-0088f79dcbcb",
    "v_tracker": "js-4.0.0",
    "v_collector": "ssc-3.1.0",
    "v_etl": "snowplow-enrich-kafka-4.0.0",
    "user_id": "u1",
    "user_ipaddress": "203.0.113.7",
    "domain_userid": "duid-1",
    "domain_sessionidx": "3",
    "network_userid": "nuid-1",
    "geo_country": "CN",
    "geo_region": "ZJ",
    "geo_city": "杭州",
    "geo_region_name": "Zhejiang",
    "page_url": "https://shop.example/cart",
    "page_referrer": "https://example.org/",
    "page_urlpath": "/cart",
    "mkt_source": "weibo",
    "unstruct_event": (
        '{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":'
        '"iglu:example.shop/add_to_cart/jsonschema/1-0-0","data":{"sku":"sku-1","price":12345678901234567890.123456789}}}'
    ),
    "dvce_sent_tstamp": "2026-03-30 12:00:05.000",
    "domain_sessionid": "s-1",
    "derived_tstamp": "2026-03-30 04:00:00.123",
    "event_vendor": "example.shop",
    "event_name": "add_to_cart",
    "event_format": "jsonschema",
    "event_version": "1-0-0",
}


def enriched(**changes: str) -> str:
    """A line of enriched TSV: 131 cells."""
    cells = SNOWPLOW_EVENT | changes
    return "\t".join(cells.get(name, "") for name in COLUMNS)
