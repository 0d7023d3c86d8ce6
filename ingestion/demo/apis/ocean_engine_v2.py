"""Emulates the v2 reports and creatives of Ocean Engine (巨量引擎): figures are numbers, levels stand in each row."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from ingestion.demo.apis.ads_state import AdAccountState, Row
from ingestion.demo.apis.exchange import Answer
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import numbered_page

_REPORTS = {"/open_api/2/report/creative/get/": True, "/open_api/2/report/advertiser/get/": False}
_CREATIVES = "/open_api/2/creative/get/"
PATHS = (*_REPORTS, _CREATIVES)
_COUNTS = {
    "show": "impressions",
    "click": "clicks",
    "convert": "conversions",
    "deep_convert": "deep_conversions",
    "attribution_convert": "conversions",
    "attribution_deep_convert": "deep_conversions",
}
_LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "ad_id": "ad_group_id",
    "ad_name": "ad_group_name",
    "creative_id": "ad_id",
    "creative_name": "ad_name",
}
_HOURLY = "STAT_TIME_GRANULARITY_HOURLY"
LONGEST_DAYS = 30


def answer(
    account: AdAccountState, path: str, query: Mapping[str, str], page_size: int, fault: Kind | None
) -> Answer:
    number, size = int(query.get("page", 1)), min(int(query.get("page_size", 20)), page_size)
    if path == _CREATIVES:
        rows = [_creative(ad) for ad in account.ad_list()]
    else:
        first, last = (date.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        by_ad, by_hour = _REPORTS[path], query.get("time_granularity") == _HOURLY
        has_ids = "STAT_GROUP_BY_FIELD_ID" in json.loads(query.get("group_by", "[]"))
        if by_ad is not has_ids or not 0 <= (last - first).days < LONGEST_DAYS:
            return _say(40000, "bad parameter: group_by, or more than 30 days")
        found = account.report(first.isoformat(), last.isoformat(), by_ad=by_ad, by_hour=by_hour)
        rows = [_shape(row, json.loads(query["fields"]), by_ad) for row in found]
    shown, info = numbered_page(rows, number, size, fault)
    return _say(0, "OK", {"list": shown, "page_info": info})


def _shape(row: Row, fields: list[str], by_ad: bool) -> dict[str, Any]:
    shaped: dict[str, Any] = {"stat_datetime": f"{row['report_date']} {row.get('hour', 0):02}:00:00"}
    for name in fields:
        shaped[name] = float(row["cost"]) if name == "cost" else int(float(row.get(_COUNTS[name]) or 0))
    for name, column in _LEVELS.items() if by_ad else ():
        shaped[name] = int(row[column]) if name.endswith("_id") else row[column]
    return shaped


def _creative(ad: Row) -> dict[str, Any]:
    return {
        "campaign_id": int(ad["campaign_id"]),
        "ad_id": int(ad["ad_group_id"]),
        "creative_id": int(ad["ad_id"]),
        "title": ad["ad_name"],
        "status": ad["status"],
        "external_url": ad["landing_url"],
    }


def _say(code: int, message: str, data: Any = None) -> Answer:
    return Answer({"code": code, "message": message, "request_id": "demo-request", "data": data or {}})
