"""Baidu marketing (百度营销), search and feed → the tables of ad platforms.

POST OpenApiReportService/getReportData; amounts are 元 as floats, kept to 6 decimals. Campaign = 计划, ad group =
单元, ad = 创意. The account's totals are those of the account reports of its `products`, added. Envelope and token:
baidu_service.py; ads and their pages: baidu_pages.py.
[?]: days in GMT+8, whole at `ready_hour`, restated for `restatement_days`; names of the conversion columns
(`metrics`, by product) and of the other actions (`actions`), and on which day they are booked; the hour in the
column `date` of a report by hour.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.ready_hours import ready_hour
from ingestion.settings import Settings
from ingestion.sources.ad_accounts import baidu_pages
from ingestion.sources.ad_accounts.account_settings import BaiduAdsAccount, Product
from ingestion.sources.ad_accounts.baidu_service import EXCHANGE, inspect_of, post
from ingestion.sources.ad_accounts.connecting import connected, own_columns
from ingestion.sources.ad_accounts.declared_actions import Action, account_actions
from ingestion.sources.ad_accounts.reports import Asked, Days, conversions, daily, hourly, moment
from ingestion.sources.ad_accounts.rotating_token import rotating_pull
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
    ("search", "ad"): 2665235,
    ("search", "keyword"): 2602783,
    ("feed", "account"): 2149145,
    ("feed", "ad"): 2094816,
}
GROUPS = {
    "campaign_id": "campaignId",
    "campaign_name": "campaignNameStatus",
    "ad_group_id": "adGroupId",
    "ad_group_name": "adGroupNameStatus",
}
LEVELS = {
    "account": {},
    "ad": GROUPS,
    "keyword": GROUPS
    | {"keyword_id": "wInfoId", "keyword_text": "wInfoNameStatus", "match_type": "mixWmatchEnum"},
}
METRICS = {"cost": "cost", "impressions": "impression", "clicks": "click"}
#: Each product has its own columns for these.
CONVERSIONS = {
    "search": {"conversions": "ocpcConversions", "conversion_value": "ocpcConversionsDetail90Amount"},
    "feed": {"conversions": "ocpcTargetTrans", "conversion_value": "productPaySuccessAmount"},
}
CANONICAL = Action("conversion", "mixed", value="conversion_value")
ACTIONS = {"deepOCPCConversions": Action("deep_conversion", "mixed")}


def connect(settings: Settings, account: BaiduAdsAccount, client: "RESTClient") -> Connected:
    def report(asked: Asked) -> list[TextRow]:
        rows = [
            row
            for product in account.products
            for row in _report(client, account, product, asked.level, asked)
        ]
        return rows if asked.is_by_ad else _added(rows, asked.metrics)

    def keywords(first: date, last: date) -> Answer:
        asked = Asked("ad", METRICS | {"conversions": ""}, first, last)
        return {"keyword_performance": _report(client, account, "search", "keyword", asked)}

    both = dict.fromkeys(CONVERSIONS["search"], "")
    actions = account_actions(CANONICAL, "目标转化量", ACTIONS, account.actions)
    days: dict[tuple[str, ...], Days] = {
        ("ad_performance", "account_performance"): daily(report, METRICS | both),
        ("conversions",): conversions(report, both, actions),
    }
    if "search" in account.products:
        days[("keyword_performance",)] = keywords
    states = {"accounts": lambda: [_money(client, account)], "ads": lambda: baidu_pages.ads(client, account)}
    return connected(
        settings, account, ZONE, days, states, endpoint=f"POST {REPORT}", ready_hour=ready_hour(account, SOURCE),
        hours=hourly(report, METRICS | both),
    )  # fmt: skip


def _report(
    client: "RESTClient", account: BaiduAdsAccount, product: Product, level: str, asked: Asked
) -> list[TextRow]:
    """Every row of a range; a metric without a name has the product's own. Raises ApiError unless number and sums
    are those that the API states."""
    named: dict[str, str] = CONVERSIONS[product] | dict(account.metrics.get(product, {}))
    metrics = {column: name or named[column] for column, name in asked.metrics.items()}
    body: dict[str, Any] = {
        "reportType": REPORT_TYPES[(product, level)],
        "startDate": asked.first.isoformat(),
        "endDate": asked.last.isoformat(),
        "timeUnit": "HOUR" if asked.by_hour else "DAY",
        "columns": ["date", *LEVELS[level].values(), *(["ideaInfo"] if level == "ad" else []), *metrics.values()],
        "sorts": [{"column": "date", "sortRule": "ASC"}],
        "needSum": True,
        "rowCount": PAGE_SIZE,
    }  # fmt: skip
    came = 0

    def ask(_number: int) -> Any:
        nonlocal came
        answer = post(client, account, REPORT, {**body, "startRow": came})[0]
        came += len(answer["rows"])
        return answer

    what = f"{SOURCE} {product} {level}"
    rows, data = numbered_pages(ask, what=what, rows="rows", page=None, total="totalRowCount")
    shaped = [_row(account, result, LEVELS[level], metrics, asked.by_hour) for result in rows]
    summary = data.get("summary") or {}
    stated = {column: six_decimals(summary.get(metrics[column])) for column in METRICS if column in metrics}
    expect_sums(what, shaped, stated)
    return shaped


def _row(
    account: BaiduAdsAccount,
    result: Any,
    levels: Mapping[str, str],
    metrics: Mapping[str, str],
    by_hour: bool,
) -> TextRow:
    idea = result.get("ideaInfo") or {}
    return {
        **_own(account),
        **moment(str(result["date"]), by_hour),
        **{column: number(result[name]) if column.endswith("_id") else str(result.get(name) or "")
           for column, name in levels.items()},
        **({"ad_id": number(idea["ideaId"]), "ad_name": idea.get("ideaTitle")} if idea else {}),
        **{column: six_decimals(result.get(name)) for column, name in metrics.items()},
    }  # fmt: skip


def _added(rows: list[TextRow], metrics: Mapping[str, str]) -> list[TextRow]:
    """One row per moment, over all products."""
    parts: dict[tuple[str | None, str | None], list[TextRow]] = {}
    for row in rows:
        parts.setdefault((row["report_date"], row.get("hour")), []).append(row)
    return [
        {**of[0], **{column: add_up(row[column] for row in of) for column in metrics}}
        for of in parts.values()
    ]


def _money(client: "RESTClient", account: BaiduAdsAccount) -> TextRow:
    """budgetType: 0 none, 1 for a day; another kind (weekly) is no daily budget."""
    fields = ["userId", "balance", "budget", "budgetType"]
    info = post(client, account, ACCOUNT, {"accountFields": fields})[0]
    budget = six_decimals(info.get("budget")) if info.get("budgetType") == 1 else None
    return {**_own(account), "balance": six_decimals(info["balance"]), "daily_budget": budget}


def _own(account: BaiduAdsAccount) -> dict[str, str | None]:
    return own_columns(account, ZONE) | {"account_name": account.account_name or account.user_name}


pull = rotating_pull(EXCHANGE, HOST, inspect_of, connect)
