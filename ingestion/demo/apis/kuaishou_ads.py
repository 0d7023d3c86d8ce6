"""Emulates Kuaishou 磁力引擎: rotating OAuth2 tokens, account and creative reports, balance, budget, units.

As at the platform: reports span at most a week, amounts are 元 as floats but budgets are 厘 (1/1000 元),
pages are numbered, `total_count` says how many rows there are, errors come as `code` != 0 in HTTP 200.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.demo.apis.ads_state import AdAccountState, Row
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import shift
from ingestion.demo.apis.token_chain import EmulatedTokens

PLATFORM = "kuaishou_ads"
LONGEST_DAYS = 7
_COUNTS = {
    "show": "impressions",
    "bclick": "clicks",
    "played_three_seconds": "video_views",
    "event_register": "registrations",
    "event_pay": "payments",
}
_AMOUNTS = {"charge": "cost", "event_pay_purchase_amount": "conversion_value", "activation": "conversions"}
_LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "unit_id": "ad_group_id",
    "unit_name": "ad_group_name",
    "creative_id": "ad_id",
    "creative_name": "ad_name",
}
_BASE = "/rest/openapi/"


class KuaishouAds:
    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {
            name: (account, AdAccountState(account, as_of)) for name, account in accounts.items()
        }
        self._page_size = page_size
        self._tokens = EmulatedTokens(PLATFORM)

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        path = request.path.removeprefix(_BASE)
        if path == "oauth2/authorize/refresh_token":
            return self._refresh(request.json)
        if fault == "quota":
            return _refused(400003, "接口访问频率超限")
        if fault == "expired_token":
            self._tokens.expire()
        if request.headers.get("access-token") != self._tokens.access_token:
            return _refused(401000, "access_token 失效")
        given = request.query if request.method == "GET" else request.json
        if str(given.get("advertiser_id", "")) not in self._accounts:
            return _refused(401001, "无权访问该广告主")
        account, state = self._accounts[str(given["advertiser_id"])]
        if path == "v1/advertiser/fund/get":
            return _say({"balance": float(state.balance or 0)})
        if path == "v1/advertiser/budget/get":
            return _say(_budget(account))
        if path == "gw/dsp/unit/list":
            return self._page(_units(state), given, fault)
        if path == "gw/dsp/creative/list":
            return self._page(_creatives(state), given, fault)
        if path in ("v1/report/account_report", "v1/report/creative_report"):
            return self._report(state, path, given, fault)
        return _refused(400001, f"unknown path {request.path}")

    def _refresh(self, given: Any) -> Answer:
        right = DEMO_CREDENTIALS[PLATFORM]
        if str(given.get("app_id")) != right["app_id"] or given.get("secret") != right["secret"]:
            return _refused(402000, "app_id 或 secret 错误")
        issued = self._tokens.exchange(str(given.get("refresh_token", "")))
        if issued is None:
            return _refused(402001, "refresh_token 已失效")
        expiry = {"access_token_expires_in": 86400, "refresh_token_expires_in": 2592000}
        return _say({"access_token": issued[0], "refresh_token": issued[1], **expiry})

    def _report(self, state: AdAccountState, path: str, given: Any, fault: Kind | None) -> Answer:
        try:
            first, last = (date.fromisoformat(given[name]) for name in ("start_date", "end_date"))
        except (KeyError, ValueError) as error:
            return _refused(400001, f"bad parameter {error}")
        granularity = given.get("temporal_granularity")
        if not 0 <= (last - first).days < LONGEST_DAYS or granularity not in ("DAILY", "HOURLY"):
            return _refused(400001, "bad parameter: at most a week, DAILY or HOURLY")
        by_ad, by_hour = path.endswith("creative_report"), granularity == "HOURLY"
        found = state.report(first.isoformat(), last.isoformat(), by_ad=by_ad, by_hour=by_hour)
        levels = _LEVELS if by_ad else {}
        rows = [_shape(row, levels) | ({"stat_hour": row["hour"]} if by_hour else {}) for row in found]
        return self._page(rows, given, fault)

    def _page(self, rows: list[Any], given: Any, fault: Kind | None) -> Answer:
        size = min(int(given["page_size"]), self._page_size)
        shown, total = shift(rows, (int(given["page"]) - 1) * size, size, fault)
        return _say({"total_count": total, "details": shown})


def _shape(row: Row, levels: Mapping[str, str]) -> dict[str, Any]:
    ids = {name: int(row[column]) for name, column in levels.items() if name.endswith("_id")}
    names = {name: row[column] for name, column in levels.items() if name.endswith("_name")}
    return {
        "stat_date": row["report_date"],
        **ids,
        **names,
        **{name: int(row.get(column) or 0) for name, column in _COUNTS.items()},
        **{name: float(row.get(column) or 0) for name, column in _AMOUNTS.items()},
    }


def _budget(account: Mapping[str, Any]) -> dict[str, Any]:
    """0 = no limit; the seven budgets of `daily_budgets` (Monday first) win over the one of every day."""
    thousandths = [int(Decimal(value) * 1000) for value in account.get("daily_budgets") or ()]
    return {
        "day_budget": int(Decimal(account.get("daily_budget") or 0) * 1000),
        "day_budget_schedule": thousandths,
    }


def _units(state: AdAccountState) -> list[dict[str, Any]]:
    units = {str(ad["ad_group_id"]): ad for ad in state.ad_list()}
    return [
        {
            "campaign_id": int(ad["campaign_id"]),
            "unit_id": int(unit_id),
            "unit_name": ad["ad_group_name"],
            "url": ad["landing_url"],
        }
        for unit_id, ad in sorted(units.items())
    ]


def _creatives(state: AdAccountState) -> list[dict[str, Any]]:
    return [
        {
            "campaign_id": int(ad["campaign_id"]),
            "unit_id": int(ad["ad_group_id"]),
            "creative_id": int(ad["ad_id"]),
            "creative_name": ad["ad_name"],
            "status": 52,
        }
        for ad in state.ad_list()
    ]


def _say(data: Any) -> Answer:
    return Answer({"code": 0, "message": "OK", "request_id": "demo-request", "data": data})


def _refused(code: int, message: str) -> Answer:
    return Answer({"code": code, "message": message, "request_id": "demo-request", "data": None})
