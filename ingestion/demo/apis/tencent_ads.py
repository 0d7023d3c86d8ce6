"""Emulates the Tencent Ads (腾讯广告) marketing API v3: daily reports, creatives, advertiser, funds, OAuth token.

As at the platform: token, timestamp (±300 s) and a nonce that is used once stand in the query; amounts are whole 分;
errors come as `code` != 0 in HTTP 200; pages are numbered.
"""

import json
import time
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.demo.apis.ads_state import AdAccountState, Row
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import numbered_page

#: Metric → (column of the state, whether it is money).
_METRICS = {
    "cost": ("cost", True),
    "view_count": ("impressions", False),
    "valid_click_count": ("clicks", False),
    "conversions_count": ("conversions", False),
    "order_amount": ("conversion_value", True),
    "video_outer_play_count": ("video_views", False),
    "order_by_click_count": ("orders_by_click", False),
    "order_by_display_count": ("orders_by_display", False),
}
_LEVELS = {"date": "report_date", "hour": "hour", "adgroup_id": "ad_group_id", "dynamic_creative_id": "ad_id"}
_FIRST_TOKEN = "demo-tencent-access-0"
LONGEST_DAYS = 90


class TencentAds:
    """Access tokens are counted; an `expired_token` fault kills the one in use."""

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {name: AdAccountState(account, as_of) for name, account in accounts.items()}
        self._page_size = page_size
        self._issued = 0
        self._nonces: set[str] = set()

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        query = request.query
        if request.path == "/oauth/token":
            return self._token(query)
        if fault == "quota":
            return _say(11016, "访问频率超过秒级限制")
        if fault == "expired_token":
            self._issued += 1
        if query.get("access_token") != f"demo-tencent-access-{self._issued}":
            return _say(11002, "access_token 已过期")
        nonce, stamp = query.get("nonce", ""), query.get("timestamp", "")
        if not 0 < len(nonce) <= 32 or nonce in self._nonces or abs(time.time() - float(stamp or 0)) > 300:
            return _say(11004, "nonce 重复或 timestamp 无效")
        self._nonces.add(nonce)
        account = self._accounts.get(query.get("account_id", ""))
        if account is None:
            return _say(11008, "没有该账户的权限")
        if request.path in ("/v3.0/daily_reports/get", "/v3.0/hourly_reports/get"):
            return self._report(account, query, fault, by_hour="hourly" in request.path)
        if request.path == "/v3.0/dynamic_creatives/get":
            rows, info = numbered_page(
                [_creative(ad) for ad in account.ad_list()],
                int(query.get("page", 1)),
                self._size(query),
                fault,
            )
            return _say(0, "", {"list": rows, "page_info": info})
        if request.path == "/v3.0/advertiser/get":
            found = {"corporation_name": account.name, "daily_budget": _fen(account.daily_budget)}
            return _say(0, "", {"list": [found]})
        if request.path == "/v3.0/funds/get":
            return _say(0, "", {"list": [{"fund_type": "FUND_TYPE_CASH", "balance": _fen(account.balance)}]})
        return _say(51000, f"unknown path {request.path}")

    def _size(self, query: Mapping[str, str]) -> int:
        return min(int(query.get("page_size", 10)), self._page_size)

    def _token(self, query: Mapping[str, str]) -> Answer:
        right = DEMO_CREDENTIALS["tencent_ads"]
        if any(query.get(name) != right[name] for name in ("client_id", "client_secret", "refresh_token")):
            return _say(11012, "refresh_token 已过期")
        self._issued += 1
        token = f"demo-tencent-access-{self._issued}"
        return _say(0, "", {"access_token": token, "access_token_expires_in": 86400})

    def _report(
        self, account: AdAccountState, query: Mapping[str, str], fault: Kind | None, *, by_hour: bool
    ) -> Answer:
        try:
            days, fields = json.loads(query["date_range"]), json.loads(query["fields"])
            first, last = date.fromisoformat(days["start_date"]), date.fromisoformat(days["end_date"])
        except (KeyError, ValueError) as error:
            return _say(51010, f"bad parameter: {error}")
        unknown = set(fields) - set(_METRICS) - set(_LEVELS)
        if unknown or not 0 <= (last - first).days < (1 if by_hour else LONGEST_DAYS):
            return _say(
                51010, f"bad parameter: {sorted(unknown) or 'the range is at most 90 days, by hour 1'}"
            )
        by_ad = query.get("level") == "REPORT_LEVEL_DYNAMIC_CREATIVE"
        rows = account.report(first.isoformat(), last.isoformat(), by_ad=by_ad, by_hour=by_hour)
        shown, info = numbered_page(rows, int(query.get("page", 1)), self._size(query), fault)
        return _say(0, "", {"list": [_shape(row, fields) for row in shown], "page_info": info})


def _shape(row: Row, fields: list[str]) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for name in fields:
        if name in _LEVELS:
            value = str(row[_LEVELS[name]])
            shaped[name] = value if name == "date" else int(value)
        else:
            column, is_money = _METRICS[name]
            shaped[name] = _fen(row.get(column)) if is_money else _whole(row.get(column))
    return shaped


def _fen(amount: Any) -> int:
    return int(Decimal(str(amount or 0)) * 100)


def _whole(value: Any) -> int:
    return int(Decimal(str(value or 0)))


def _creative(ad: Row) -> dict[str, Any]:
    return {
        "dynamic_creative_id": int(ad["ad_id"]),
        "dynamic_creative_name": ad["ad_name"],
        "adgroup_id": int(ad["ad_group_id"]),
        "configured_status": ad["status"],
        "page_spec": {"page_url": ad["landing_url"]},
    }


def _say(code: int, message: str, data: Any = None) -> Answer:
    return Answer({"code": code, "message": message, "message_cn": message, "data": data or {}})
