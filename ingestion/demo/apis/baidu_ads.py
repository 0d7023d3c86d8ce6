"""Emulates Baidu marketing (百度营销): OAuth token, reports, account; its materials are in baidu_materials.py.

As at the platform: the token stands in the body's `header`, the answer's `header.status` is 0 whole,
1 partial, 2 failed, 3 system error, all in HTTP 200; rows are asked by `startRow` and `rowCount`; amounts
are 元 as floats; the creative report nests its creative in `ideaInfo`; enumerations come as their words.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ingestion.demo.apis import baidu_materials
from ingestion.demo.apis.ads_state import AdAccountState, Row, add_up
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import shift
from ingestion.demo.apis.token_chain import EmulatedTokens

PLATFORM = "baidu_ads"
#: reportType → (product, rows).
REPORTS = {
    2208157: ("search", "account"),
    2149145: ("feed", "account"),
    2665235: ("search", "creative"),
    2094816: ("feed", "creative"),
    2602783: ("search", "keyword"),
}
_CONVERSIONS = ("ocpcConversions", "ocpcTargetTrans")
_VALUES = ("ocpcConversionsDetail90Amount", "productPaySuccessAmount")
_DIMENSIONS = {
    "date": "report_date",
    "campaignId": "campaign_id",
    "campaignNameStatus": "campaign_name",
    "adGroupId": "ad_group_id",
    "adGroupNameStatus": "ad_group_name",
    "wInfoId": "keyword_id",
    "wInfoNameStatus": "keyword_text",
    "mixWmatchEnum": "match_type",
}
_NUMBERS = {"impression": "impressions", "click": "clicks", "deepOCPCConversions": "deep_conversions"} | {
    name: "conversions" for name in _CONVERSIONS
}
_AMOUNTS = {"cost": "cost"} | {name: "conversion_value" for name in _VALUES}
_REPORT = "/json/sms/service/OpenApiReportService/getReportData"
_ACCOUNT = "/json/sms/service/AccountService/getAccountInfo"


class BaiduAds:
    """`accounts` are keyed by user id; requests name the account by `userName`."""

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {
            str(account["account_name"]): (user_id, account, AdAccountState(account, as_of))
            for user_id, account in accounts.items()
        }
        self._page_size = page_size
        self._tokens = EmulatedTokens(PLATFORM)

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if request.path == "/oauth/refreshToken":
            return self._refresh(request.json)
        header, body = request.json.get("header", {}), request.json.get("body", {})
        if fault == "quota":
            return _failed(2, 8204, "Access frequency limit exceeded")
        if fault == "expired_token":
            self._tokens.expire()
        if header.get("accessToken") != self._tokens.access_token:
            return _failed(2, 8102, "accessToken is expired")
        if header.get("userName") not in self._accounts:
            return _failed(2, 8103, "no permission on the account")
        user_id, account, state = self._accounts[header["userName"]]
        if request.path == _ACCOUNT:
            return _whole([_account_info(user_id, account, body.get("accountFields", []))])
        if (found := baidu_materials.answer(request.path, state, body)) is not None:
            return _whole(found)
        if request.path != _REPORT:
            return _failed(2, 8001, f"unknown service {request.path}")
        return self._report(state, body, fault)

    def _refresh(self, given: Any) -> Answer:
        right = DEMO_CREDENTIALS[PLATFORM]
        if any(
            given.get(name) != right[key] for name, key in (("appId", "app_id"), ("secretKey", "secret_key"))
        ):
            return Answer({"code": 10001, "message": "appId or secretKey is wrong", "data": None})
        issued = self._tokens.exchange(str(given.get("refreshToken", "")))
        if issued is None:
            return Answer({"code": 894063, "message": "refreshToken is invalid", "data": None})
        data = {"accessToken": issued[0], "refreshToken": issued[1], "expiresIn": 86400, "openId": "demo"}
        return Answer({"code": 0, "message": "success", "data": data})

    def _report(self, state: AdAccountState, body: Any, fault: Kind | None) -> Answer:
        report = REPORTS.get(body.get("reportType"))
        try:
            first, last = (date.fromisoformat(body[name]) for name in ("startDate", "endDate"))
        except (KeyError, ValueError) as error:
            return _failed(2, 9001, f"bad parameter {error}")
        by_hour = body.get("timeUnit") == "HOUR"
        if report is None or body.get("timeUnit") not in ("DAY", "HOUR") or last < first:
            return _failed(2, 9001, "bad parameter: reportType, timeUnit or dates")
        rows = _rows(state, *report, first.isoformat(), last.isoformat(), by_hour)
        asked = max(0, int(body.get("startRow", 0)))
        size = min(int(body.get("rowCount", 20)), self._page_size)
        shown, total = shift(rows, asked, size, fault)
        page = [_shape(row, body["columns"]) for row in shown]
        if fault == "partial":
            page = page[: len(page) // 2]
        data: dict[str, Any] = {"rows": page, "rowCount": len(page)}
        data["totalRowCount"] = total
        if body.get("needSum"):
            data["summary"] = _shape(add_up(rows), [*_AMOUNTS, *_NUMBERS]) if rows else {}
        if fault == "partial":
            return _whole(
                [data], status=1, failures=[{"code": 8501, "message": "part of the data timed out"}]
            )
        return _whole([data])


def _rows(state: AdAccountState, product: str, kind: str, first: str, last: str, by_hour: bool) -> list[Row]:
    if kind == "keyword":
        return state.keywords(first, last)
    rows = state.report(first, last, by_ad=kind == "creative", by_hour=by_hour, product=product)
    for row in rows:
        if by_hour:
            row["report_date"] = f"{row['report_date']} {row['hour']:02}:00:00"
    return rows


def _shape(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for name in columns:
        if name == "ideaInfo":
            shaped[name] = {"ideaId": int(row["ad_id"]), "ideaTitle": row["ad_name"]}
        elif name in _DIMENSIONS:
            value = row[_DIMENSIONS[name]]
            shaped[name] = int(value) if name.endswith("Id") else value
        elif name in _NUMBERS:
            shaped[name] = float(row.get(_NUMBERS[name]) or 0)
            if shaped[name].is_integer():
                shaped[name] = int(shaped[name])
        elif name in _AMOUNTS:
            shaped[name] = float(row.get(_AMOUNTS[name]) or 0)
    return shaped


def _account_info(user_id: str, account: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """budgetType: 0 none, 1 daily."""
    budget = account.get("daily_budget")
    known = {
        "userId": int(user_id),
        "balance": float(account.get("balance") or 0),
        "budgetType": 0 if budget is None else 1,
        "budget": float(budget or 0),
    }
    return {name: known[name] for name in fields if name in known}


def _whole(data: list[Any], status: int = 0, failures: Sequence[Any] = ()) -> Answer:
    header = {
        "desc": "success",
        "failures": list(failures),
        "oprs": 1,
        "oprtime": 0,
        "quota": 2,
        "rquota": 998,
    }
    return Answer({"header": {**header, "status": status}, "body": {"data": data}})


def _failed(status: int, code: int, message: str) -> Answer:
    failure = {"code": code, "message": message, "position": "", "content": ""}
    return Answer({"header": {"status": status, "desc": "failure", "failures": [failure]}, "body": {}})
