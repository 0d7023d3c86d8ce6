"""Baidu marketing (百度营销), search and feed → ad, account and keyword performance, accounts, pulls.

POST OpenApiReportService/getReportData; amounts are 元 as floats, kept to 6 decimals. Campaign = 计划,
ad group = 单元, ad = 创意. The account's totals are those of the account reports of its `products`, added.
`header.status` 1 means that only part came: it is not a whole answer, is tried again, and then fails.
[?]: days in GMT+8, whole at `hour_ready`, restated for `restatement_days`; names of the conversion columns
(`metrics`, by product); codes of limits and expired tokens (`retry_codes`, `expired_codes` add to those here).
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import requests

from ingestion.rest_client import Inspect, Refusal
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.account_settings import BaiduAdsAccount, Product
from ingestion.sources.ad_accounts.coded_answers import with_own_codes
from ingestion.sources.ad_accounts.connecting import connected, own_columns
from ingestion.sources.ad_accounts.rotating_token import Exchange, Issued, rotating_pull
from ingestion.sources.ad_accounts.whole_answers import (
    add_up,
    expect_sums,
    number,
    numbered_pages,
    six_decimals,
)
from ingestion.sources.questions import Answer, Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "baidu_ads"
HOST = "https://api.baidu.com"
REPORT = "/json/sms/service/OpenApiReportService/getReportData"
ACCOUNT = "/json/sms/service/AccountService/getAccountInfo"
ZONE = ZoneInfo("Asia/Shanghai")
PAGE_SIZE = 1000
#: (product, level) → reportType.
REPORT_TYPES = {
    ("search", "account"): 2208157,
    ("search", "creative"): 2665235,
    ("search", "keyword"): 2602783,
    ("feed", "account"): 2149145,
    ("feed", "creative"): 2094816,
}
GROUPS = {
    "campaign_id": "campaignId",
    "campaign_name": "campaignNameStatus",
    "ad_group_id": "adGroupId",
    "ad_group_name": "adGroupNameStatus",
}
KEYWORD = {"keyword_id": "wInfoId", "keyword_text": "wInfoNameStatus", "match_type": "mixWmatchEnum"}
AD = {"ad_id": "ideaId", "ad_name": "ideaTitle"}
METRICS = {"cost": "cost", "impressions": "impression", "clicks": "click"}
CONVERSIONS = {
    "search": {"conversions": "ocpcConversions", "conversion_value": "ocpcConversionsDetail90Amount"},
    "feed": {"conversions": "ocpcTargetTrans", "conversion_value": "productPaySuccessAmount"},
}
TRY_AGAIN = (8204, 8206)
EXPIRED = (8101, 8102)


def inspect_of(account: BaiduAdsAccount) -> Inspect:
    """Answers are {"header": {"status", "desc", "failures": [{"code", "message"}]}, "body"}."""
    retry, expired = with_own_codes(account, TRY_AGAIN, EXPIRED)

    def inspect(status: int, body: Any) -> Refusal | None:
        header = body.get("header") if isinstance(body, dict) else None
        if not isinstance(header, dict) or "status" not in header:
            return Refusal("retry", "the answer has no `header.status`") if status == 200 else None
        if header["status"] == 0:
            return None
        failures = header.get("failures") or [{}]
        code = int(failures[0].get("code") or 0)
        partial = "only part came, " if header["status"] == 1 else ""
        message = f"{partial}status {header['status']}, code {code}: {failures[0].get('message', '')}"
        if code in expired:
            return Refusal("expired_token", message)
        return Refusal("retry" if code in retry or header["status"] in (1, 3) else "fatal", message)

    return inspect


def _exchange_body(credentials: Mapping[str, str], refresh_token: str) -> dict[str, Any]:
    application = {"appId": credentials["app_id"], "secretKey": credentials["secret_key"]}
    return {**application, "refreshToken": refresh_token, "userId": int(credentials["user_id"])}


def _issued(answer: Any) -> Issued:
    return Issued(answer["data"]["accessToken"], answer["data"].get("refreshToken"))


def _inspect_token(status: int, body: Any) -> Refusal | None:
    """{"code", "message", "data"}; a refused refresh token (894062 and its neighbours) is refused for good."""
    if not isinstance(body, dict) or "code" not in body:
        return Refusal("retry", "the answer has no `code`") if status == 200 else None
    return None if body["code"] == 0 else Refusal("fatal", f"code {body['code']}: {body.get('message')}")


def _place(request: requests.PreparedRequest, token: str) -> None:
    """The token stands in the body."""
    assert isinstance(request.body, bytes), "every request of this platform posts JSON"
    body = json.loads(request.body)
    body["header"]["accessToken"] = token
    request.body = json.dumps(body).encode()
    request.prepare_content_length(request.body)


EXCHANGE = Exchange(
    SOURCE, "https://u.baidu.com/oauth/refreshToken", _exchange_body, _inspect_token, _issued, _place
)


def connect(settings: Settings, account: BaiduAdsAccount, client: "RESTClient") -> Connected:
    def ads(first: date, last: date) -> Answer:
        return {
            "ad_performance": [
                row
                for product in account.products
                for row in _report(client, account, product, "creative", first, last)
            ],
            "account_performance": _totals(client, account, first, last),
        }

    def keywords(first: date, last: date) -> Answer:
        return {"keyword_performance": _report(client, account, "search", "keyword", first, last)}

    days: dict[tuple[str, ...], Callable[[date, date], Answer]] = {
        ("ad_performance", "account_performance"): ads
    }
    if "search" in account.products:
        days[("keyword_performance",)] = keywords
    return connected(
        settings, account, ZONE, days, {"accounts": lambda: [_account(client, account)]},
        endpoint=f"POST {REPORT}", hour_ready=account.hour_ready,
    )  # fmt: skip


def _report(
    client: "RESTClient", account: BaiduAdsAccount, product: Product, level: str, first: date, last: date
) -> list[TextRow]:
    metrics: dict[str, str] = METRICS | CONVERSIONS[product] | dict(account.metrics.get(product, {}))
    if level == "keyword":
        del metrics["conversion_value"]
    levels = {} if level == "account" else GROUPS | (KEYWORD if level == "keyword" else {})
    nested = ["ideaInfo"] if level == "creative" else []
    body: dict[str, Any] = {
        "reportType": REPORT_TYPES[(product, level)],
        "startDate": first.isoformat(),
        "endDate": last.isoformat(),
        "timeUnit": "DAY",
        "columns": ["date", *levels.values(), *nested, *metrics.values()],
        "sorts": [{"column": "date", "sortRule": "ASC"}],
        "needSum": True,
        "rowCount": PAGE_SIZE,
    }
    came = 0

    def ask(_number: int) -> Any:
        nonlocal came
        answer = _post(client, account, REPORT, {**body, "startRow": came})
        came += len(answer["data"][0]["rows"])
        return answer["data"][0]

    what = f"{SOURCE} {product} {level}"
    rows, data = numbered_pages(ask, what=what, rows="rows", page=None, total="totalRowCount")
    shaped = [_row(account, result, levels, metrics) for result in rows]
    stated = {column: six_decimals((data.get("summary") or {}).get(metrics[column])) for column in METRICS}
    expect_sums(what, shaped, stated)
    return shaped


def _post(client: "RESTClient", account: BaiduAdsAccount, path: str, body: Mapping[str, Any]) -> Any:
    header = {"userName": account.user_name, "accessToken": ""}  # the token is placed when it is sent
    return client.post(path, json={"header": header, "body": body}).json()["body"]


def _row(
    account: BaiduAdsAccount, result: Any, levels: Mapping[str, str], metrics: Mapping[str, str]
) -> TextRow:
    idea = result.get("ideaInfo") or {}
    return {
        **_own(account),
        "report_date": str(result["date"])[:10],
        **{column: number(result[name]) if column.endswith("_id") else str(result.get(name) or "")
           for column, name in levels.items()},
        **({"ad_id": number(idea["ideaId"]), "ad_name": idea.get("ideaTitle")} if idea else {}),
        **{column: six_decimals(result.get(name)) for column, name in metrics.items()},
    }  # fmt: skip


def _totals(client: "RESTClient", account: BaiduAdsAccount, first: date, last: date) -> list[TextRow]:
    by_day: dict[str | None, list[TextRow]] = {}
    for product in account.products:
        for row in _report(client, account, product, "account", first, last):
            by_day.setdefault(row["report_date"], []).append(row)
    columns = (*METRICS, "conversions", "conversion_value")
    return [
        {**rows[0], **{column: add_up(row[column] for row in rows) for column in columns}}
        for rows in by_day.values()
    ]


def _account(client: "RESTClient", account: BaiduAdsAccount) -> TextRow:
    """budgetType: 0 none, 1 for a day; another kind (weekly) is no daily budget."""
    fields = ["userId", "balance", "budget", "budgetType"]
    info = _post(client, account, ACCOUNT, {"accountFields": fields})["data"][0]
    budget = six_decimals(info.get("budget")) if info.get("budgetType") == 1 else None
    return {**_own(account), "balance": six_decimals(info["balance"]), "daily_budget": budget}


def _own(account: BaiduAdsAccount) -> dict[str, str | None]:
    return own_columns(account, ZONE) | {"account_name": account.account_name or account.user_name}


pull = rotating_pull(EXCHANGE, HOST, inspect_of, connect)
