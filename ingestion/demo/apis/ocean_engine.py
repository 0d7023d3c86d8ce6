"""Emulates Ocean Engine (巨量引擎): rotating OAuth2 refresh tokens and the v3 custom report; v2: ocean_engine_v2.py.

As at the platform: every value is a string, errors come as `code` != 0 in HTTP 200, each refresh kills the
refresh token before it, pages are numbered and the totals of the whole report stand on each.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ingestion.demo.apis import ocean_engine_v2
from ingestion.demo.apis.ads_state import AdAccountState, Row, add_up
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import numbered_page

_DIMENSIONS = {
    "stat_time_day": "report_date",
    "stat_time_hour": "hour",
    "cdp_project_id": "campaign_id",
    "cdp_project_name": "campaign_name",
    "cdp_promotion_id": "ad_group_id",
    "cdp_promotion_name": "ad_group_name",
    "material_id": "ad_id",
    "ad_platform_material_name": "ad_name",
}
_METRICS = {
    "stat_cost": "cost",
    "show_cnt": "impressions",
    "click_cnt": "clicks",
    "convert_cnt": "conversions",
    "in_app_order_gmv": "conversion_value",
    "total_play": "video_views",
    "attribution_convert_cnt": "conversions",
    "deep_convert_cnt": "deep_conversions",
    "attribution_deep_convert_cnt": "deep_conversions",
}
_FIRST_TOKEN = DEMO_CREDENTIALS["ocean_engine"]["refresh_token"]
LONGEST_DAYS = 30


class OceanEngine:
    """A server that was just started accepts any token of the chain, then only the newest.

    The custom report refuses an account whose state says `report: v2`.
    """

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {name: AdAccountState(account, as_of) for name, account in accounts.items()}
        self._only_v2 = {name for name, account in accounts.items() if account.get("report") == "v2"}
        self._page_size = page_size
        self._refresh_token: str | None = None
        self._access_token: str | None = None

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if request.path == "/open_api/oauth2/refresh_token/":
            return self._refresh(request.json)
        if fault == "quota":
            return _say(40100, "Too many requests. Please retry in some time.")
        if fault == "expired_token":
            self._access_token = None
        if request.headers.get("access-token") != self._access_token:
            return _say(40105, "access_token is incorrect or has expired")
        advertiser = request.query.get("advertiser_id") or request.query.get("advertiser_ids", "").strip("[]")
        account = self._accounts.get(advertiser)
        if account is None:
            return _say(40002, "No permission to operate advertiser")
        if request.path == "/open_api/v3.0/report/custom/get/":
            if advertiser in self._only_v2:
                return _say(40002, "No permission to operate advertiser")
            return self._report(account, request.query, fault)
        if request.path in ocean_engine_v2.PATHS:
            return ocean_engine_v2.answer(account, request.path, request.query, self._page_size, fault)
        if request.path == "/open_api/v3.0/promotion/list/":
            return self._promotions(account, request.query)
        if request.path == "/open_api/2/advertiser/fund/get/":
            return _say(
                0, "OK", {"advertiser_id": int(advertiser), "name": account.name, "balance": account.balance}
            )
        if request.path == "/open_api/2/advertiser/budget/get/":
            return _say(
                0, "OK", {"list": [{"advertiser_id": int(advertiser), "budget": account.daily_budget}]}
            )
        return _say(40000, f"unknown path {request.path}")

    def _promotions(self, account: AdAccountState, query: Mapping[str, str]) -> Answer:
        promotions: dict[tuple[str, str], dict[str, Any]] = {}
        for ad in account.ad_list():
            promotion = promotions.setdefault(
                (ad["campaign_id"], ad["ad_group_id"]),
                {
                    "project_id": int(ad["campaign_id"]),
                    "promotion_id": int(ad["ad_group_id"]),
                    "promotion_name": ad["ad_group_name"],
                    "status_first": ad["status"],
                    "promotion_materials": {
                        "external_url_material_list": [ad["landing_url"]],
                        "video_material_list": [],
                    },
                },
            )
            material = {"material_id": int(ad["ad_id"]), "material_name": ad["ad_name"]}
            promotion["promotion_materials"]["video_material_list"].append(material)
        page, size = int(query.get("page", 1)), int(query.get("page_size", 10))
        shown, info = numbered_page(list(promotions.values()), page, size, None)
        return _say(0, "OK", {"list": shown, "page_info": info})

    def _refresh(self, given: Any) -> Answer:
        right, token = DEMO_CREDENTIALS["ocean_engine"], str(given.get("refresh_token", ""))
        if given.get("app_id") != right["app_id"] or given.get("secret") != right["secret"]:
            return _say(40101, "app_id or secret is incorrect")
        number = _number_of(token)
        if number is None or self._refresh_token not in (None, token):
            return _say(40107, "refresh_token is invalid or has been used")
        self._refresh_token = _token(number + 1)
        self._access_token = f"demo-ocean-access-{number + 1}"
        data = {
            "access_token": self._access_token,
            "expires_in": 86400,
            "refresh_token": self._refresh_token,
            "refresh_token_expires_in": 2592000,
        }
        return _say(0, "OK", data)

    def _report(self, account: AdAccountState, query: Mapping[str, str], fault: Kind | None) -> Answer:
        try:
            dimensions, metrics = json.loads(query["dimensions"]), json.loads(query["metrics"])
            first, last = date.fromisoformat(query["start_time"]), date.fromisoformat(query["end_time"])
            page, asked_size = int(query.get("page", 1)), int(query.get("page_size", 20))
        except (KeyError, ValueError) as error:
            return _say(40000, f"bad parameter: {error}")
        unknown = [*(set(dimensions) - set(_DIMENSIONS)), *(set(metrics) - set(_METRICS))]
        if unknown or not 0 <= (last - first).days < LONGEST_DAYS:
            return _say(40000, f"bad parameter: {unknown or 'the range is at most 30 days'}")
        by_ad, by_hour = "material_id" in dimensions, "stat_time_hour" in dimensions
        rows = account.report(first.isoformat(), last.isoformat(), by_ad=by_ad, by_hour=by_hour)
        size = min(asked_size, self._page_size)
        shown, info = numbered_page(rows, page, size, fault)
        data = {
            "rows": [_shape(row, dimensions, metrics) for row in shown],
            "total_metrics": _shape(add_up(rows), [], metrics)["metrics"] if rows else {},
            "page_info": info,
        }
        return _say(0, "OK", data)


def _shape(row: Row, dimensions: list[str], metrics: list[str]) -> dict[str, Any]:
    return {
        "dimensions": {
            name: f"{row['report_date']} {row['hour']:02}:00:00"
            if name == "stat_time_hour"
            else str(row[_DIMENSIONS[name]])
            for name in dimensions
        },
        "metrics": {name: str(row.get(_METRICS[name]) or 0) for name in metrics},
    }


def _token(number: int) -> str:
    """Tokens of a chain can be told from invented ones after a restart, without any memory on disk."""
    if number == 0:
        return _FIRST_TOKEN
    return f"demo-refresh-{number}-{hashlib.sha256(f'ocean {number}'.encode()).hexdigest()[:12]}"


def _number_of(token: str) -> int | None:
    digits = token.removeprefix("demo-refresh-").split("-")[0]
    return int(digits) if digits.isdigit() and token == _token(int(digits)) else None


def _say(code: int, message: str, data: Any = None) -> Answer:
    return Answer({"code": code, "message": message, "request_id": "demo-request", "data": data or {}})
