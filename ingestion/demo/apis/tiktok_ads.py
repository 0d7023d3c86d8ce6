"""Emulates the TikTok business API v1.3: integrated report, advertiser info, ads.

As at the platform: HTTP 200 always, errors as `code` != 0, all figures are strings and "-" where there is nothing,
pages are numbered and the totals of the whole report stand on each.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ingestion.demo.apis.ads_state import AdAccountState, Row, add_up
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import numbered_page

_METRICS = {
    "spend": "cost",
    "impressions": "impressions",
    "clicks": "clicks",
    "conversion": "conversions",
    "real_time_conversion": "conversions",
    "complete_payment": "payments",
    "total_complete_payment_rate": "conversion_value",
    "video_play_actions": "video_views",
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "adgroup_id": "ad_group_id",
    "adgroup_name": "ad_group_name",
    "ad_name": "ad_name",
}
_TOTALS = ("spend", "impressions", "clicks", "conversion", "video_play_actions")
_PREFIX = "/open_api/v1.3/"
LONGEST_DAYS = 30


class TikTokAds:
    """Takes the one token; an `expired_token` fault refuses it for good, as tokens are not refreshed here."""

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {name: AdAccountState(account, as_of) for name, account in accounts.items()}
        self._page_size = page_size
        self._is_revoked = False

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        self._is_revoked |= fault == "expired_token"
        right = DEMO_CREDENTIALS["tiktok_ads"]["access_token"]
        if fault == "quota":
            return _say(40100, "Too many requests. Please retry in some time.")
        if self._is_revoked or request.headers.get("access-token") != right:
            return _say(40105, "Access token is incorrect or has been revoked.")
        query = request.query
        asked = query.get("advertiser_id") or "".join(json.loads(query.get("advertiser_ids", "[]")))
        account = self._accounts.get(asked)
        if account is None:
            return _say(40001, "No permission to operate advertiser")
        if request.path == _PREFIX + "advertiser/info/":
            return _say(0, "OK", {"list": [_advertiser(asked, account)]})
        if request.path == _PREFIX + "ad/get/":
            ads = [{**_shape(ad, ("campaign_id", "adgroup_id", "campaign_name", "adgroup_name", "ad_name")),
                    "ad_id": ad["ad_id"], "operation_status": ad["status"], "landing_page_url": ad["landing_url"]}
                   for ad in account.ad_list()]  # fmt: skip
            rows, info = numbered_page(ads, int(query.get("page", 1)), self._size(query), fault)
            return _say(0, "OK", {"list": rows, "page_info": info})
        if request.path == _PREFIX + "report/integrated/get/":
            return self._report(account, query, fault)
        return _say(40002, f"unknown path {request.path}")

    def _size(self, query: Mapping[str, str]) -> int:
        return min(int(query.get("page_size", 10)), self._page_size)

    def _report(self, account: AdAccountState, query: Mapping[str, str], fault: Kind | None) -> Answer:
        try:
            dimensions, metrics = json.loads(query["dimensions"]), json.loads(query["metrics"])
            first, last = date.fromisoformat(query["start_date"]), date.fromisoformat(query["end_date"])
        except (KeyError, ValueError) as error:
            return _say(40002, f"bad parameter: {error}")
        if fault == "too_large" and (last - first).days >= 3:
            return _say(40067, "The query is too large, please narrow down the time range.")
        unknown, by_hour = set(metrics) - set(_METRICS), "stat_time_hour" in dimensions
        if unknown or not 0 <= (last - first).days < (1 if by_hour else LONGEST_DAYS):
            return _say(
                40002, f"bad parameter: {sorted(unknown) or 'the range is at most 30 days, by hour a day'}"
            )
        by_ad = "ad_id" in dimensions
        rows = account.report(first.isoformat(), last.isoformat(), by_ad=by_ad, by_hour=by_hour)
        shown, info = numbered_page(rows, int(query.get("page", 1)), self._size(query), fault)
        listed = [
            {
                "dimensions": _time(row, by_hour) | ({"ad_id": str(row["ad_id"])} if by_ad else {}),
                "metrics": _shape(row, metrics),
            }
            for row in shown
        ]
        data: dict[str, Any] = {"list": listed, "page_info": info}
        if query.get("enable_total_metrics") == "true" and rows:
            data["total_metrics"] = _shape(add_up(rows), [name for name in _TOTALS if name in metrics])
        return _say(0, "OK", data)


def _advertiser(advertiser_id: str, account: AdAccountState) -> dict[str, Any]:
    return {
        "advertiser_id": advertiser_id,
        "name": account.name,
        "currency": account.currency_code,
        "timezone": account.time_zone,
        "display_timezone": account.time_zone,
        "balance": float(account.balance) if account.balance else 0,
    }


def _time(row: Row, by_hour: bool) -> dict[str, str]:
    if by_hour:
        return {"stat_time_hour": f"{row['report_date']} {row['hour']:02}:00:00"}
    return {"stat_time_day": f"{row['report_date']} 00:00:00"}


def _shape(row: Row, metrics: Any) -> dict[str, Any]:
    """Figures and names as strings, "-" for a figure that the row does not have."""
    return {name: "-" if row.get(_METRICS[name]) is None else str(row[_METRICS[name]]) for name in metrics}


def _say(code: int, message: str, data: Any = None) -> Answer:
    return Answer({"code": code, "message": message, "request_id": "demo-request", "data": data or {}})
