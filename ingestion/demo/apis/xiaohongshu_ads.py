"""Emulates Xiaohongshu 聚光: rotating OAuth2 tokens, offline reports by account, creative, balance, creatives.

As at the platform: figures are strings and those from a thousand up hold commas, amounts are 元 in reports
and 分 in the balance, pages are numbered by `page_num` and only `total_count` says how many rows there are,
errors come as `success: false` with a `code` in HTTP 200.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.demo.apis.ads_state import AdAccountState, Row
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import shift
from ingestion.demo.apis.token_chain import EmulatedTokens

PLATFORM = "xiaohongshu_ads"
_METRICS = {
    "impression": "impressions",
    "click": "clicks",
    "goods_order": "conversions",
    "video_play_5s_cnt": "video_views",
    "goods_visit": "goods_visits",
    "like": "likes",
    "comment": "comments",
    "collect": "collects",
    "follow": "follows",
    "share": "shares",
}
_AMOUNTS = {"fee": "cost", "rgmv": "conversion_value"}
_LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "unit_id": "ad_group_id",
    "unit_name": "ad_group_name",
    "creativity_id": "ad_id",
    "creativity_name": "ad_name",
}
_REPORTS = "/api/open/jg/data/report/offline/"


class XiaohongshuAds:
    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {name: AdAccountState(account, as_of) for name, account in accounts.items()}
        self._page_size = page_size
        self._today = as_of.astimezone(ZoneInfo("Asia/Shanghai")).date()
        self._tokens = EmulatedTokens(PLATFORM)

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if request.path == "/api/open/oauth2/refresh_token":
            return self._refresh(request.json)
        if fault == "quota":
            return _refused(429, "请求过于频繁")
        if fault == "expired_token":
            self._tokens.expire()
        if request.headers.get("access-token") != self._tokens.access_token:
            return _refused(401, "access_token 已过期")
        given = request.query if request.method == "GET" else request.json
        if str(given.get("advertiser_id", "")) not in self._accounts:
            return _refused(403, "无该广告主权限")
        state = self._accounts[str(given["advertiser_id"])]
        if request.path == "/api/open/jg/account/balance/info":
            cents = int(Decimal(state.balance or 0) * 100)
            return _say({"total_balance": cents, "cash_balance": cents, "available_balance": cents})
        if request.path == "/api/open/jg/creativity/search":
            return self._creatives(state, given, fault)
        if not request.path.startswith(_REPORTS):
            return _refused(404, f"unknown path {request.path}")
        return self._report(state, request.path.removeprefix(_REPORTS), given, fault)

    def _refresh(self, given: Any) -> Answer:
        right = DEMO_CREDENTIALS[PLATFORM]
        if str(given.get("app_id")) != right["app_id"] or given.get("secret") != right["secret"]:
            return _refused(40101, "app_id 或 secret 错误")
        issued = self._tokens.exchange(str(given.get("refresh_token", "")))
        if issued is None:
            return _refused(40102, "refresh_token 已失效")
        expiry = {"access_token_expires_in": 86400, "refresh_token_expires_in": 2592000}
        return _say({"access_token": issued[0], "refresh_token": issued[1], **expiry})

    def _report(self, state: AdAccountState, kind: str, given: Any, fault: Kind | None) -> Answer:
        try:
            first, last = (date.fromisoformat(given[name]) for name in ("start_date", "end_date"))
        except (KeyError, ValueError) as error:
            return _refused(400, f"bad parameter {error}")
        if kind not in ("account", "creativity") or given.get("time_unit") != "DAY" or last >= self._today:
            return _refused(400, "bad parameter: offline reports end with yesterday")
        levels = _LEVELS if kind == "creativity" else {}
        rows_of = state.ads if kind == "creativity" else state.totals
        rows = [_shape(row, levels) for row in rows_of(first.isoformat(), last.isoformat())]
        return self._page("data_list", rows, given["page_num"], given["page_size"], fault)

    def _creatives(self, state: AdAccountState, given: Any, fault: Kind | None) -> Answer:
        found = [
            {
                "campaign_id": int(ad["campaign_id"]),
                "unit_id": int(ad["ad_group_id"]),
                "creative_id": int(ad["ad_id"]),
                "creative_name": ad["ad_name"],
                "creativity_status": 8,
                "jump_url": ad["landing_url"],
            }
            for ad in state.ad_list()
        ]
        page = given["page"]
        answer = self._page("creativity_dtos", found, page["page_index"], page["page_size"], fault).body[
            "data"
        ]
        return _say(
            {
                "creativity_dtos": answer["creativity_dtos"],
                "page": {"page_index": page["page_index"], "total_count": answer["total_count"]},
            }
        )

    def _page(self, name: str, rows: list[Any], number: int, asked_size: int, fault: Kind | None) -> Answer:
        size = min(asked_size, self._page_size)
        shown, total = shift(rows, (number - 1) * size, size, fault)
        return _say({name: shown, "total_count": total})


def _shape(row: Row, levels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "time": row["report_date"],
        **{name: str(row[column]) for name, column in levels.items()},
        **{name: _with_commas(row.get(column)) for name, column in (_METRICS | _AMOUNTS).items()},
    }


def _with_commas(value: Any) -> str:
    return f"{Decimal(value or 0):,f}"


def _say(data: Any) -> Answer:
    return Answer({"success": True, "code": 0, "msg": "成功", "data": data})


def _refused(code: int, message: str) -> Answer:
    return Answer({"success": False, "code": code, "msg": message, "data": None})
