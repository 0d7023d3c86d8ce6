"""Ocean Engine (巨量引擎) v3 custom report → the tables of ad platforms.

All figures are strings, spend in 元. Project = campaign, promotion = ad group, material = ad (report topic
MATERIAL_DATA); the account's own totals come from topic BASIC_DATA. Report dates are days in GMT+8 [?].
`in_app_order_gmv` as conversion value and `total_play` as video views are [?]: `metrics` in sources.yaml
names others. Conversions stand on the day they happened (`convert_cnt`) and on the day of the touch
(`attribution_convert_cnt`); the first one is the platform's own figure. Paths of balance, budget and promotions
and the fields of promotions are [?]. Errors come in the body of HTTP 200 as `code` != 0; which can be tried
again is partly [?].
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.account_settings import OceanEngineAccount
from ingestion.sources.ad_accounts.coded_answers import coded
from ingestion.sources.ad_accounts.connecting import connected, own_columns
from ingestion.sources.ad_accounts.declared_actions import Action, conversion_rows
from ingestion.sources.ad_accounts.rotating_token import Exchange, rotating_pull
from ingestion.sources.ad_accounts.whole_answers import expect_sums, number, numbered_pages, place
from ingestion.sources.questions import Answer, Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "ocean_engine"
HOST = "https://api.oceanengine.com"
PATH = "/open_api/v3.0/report/custom/get/"
FUND_PATH = "/open_api/2/advertiser/fund/get/"
BUDGET_PATH = "/open_api/2/advertiser/budget/get/"
PROMOTION_PATH = "/open_api/v3.0/promotion/list/"
ZONE = ZoneInfo("Asia/Shanghai")
PAGE_SIZE = 1000
LEVELS = {
    "campaign_id": "cdp_project_id",
    "campaign_name": "cdp_project_name",
    "ad_group_id": "cdp_promotion_id",
    "ad_group_name": "cdp_promotion_name",
    "ad_id": "material_id",
    "ad_name": "ad_platform_material_name",
}
METRICS = {
    "cost": "stat_cost",
    "impressions": "show_cnt",
    "clicks": "click_cnt",
    "conversions": "convert_cnt",
    "conversion_value": "in_app_order_gmv",
    "video_views": "total_play",
}
ACTIONS = {
    "convert_cnt": Action("convert", time_basis="conversion", value="conversion_value", is_canonical=True),
    "deep_convert_cnt": Action("deep_convert", time_basis="conversion"),
    "attribution_convert_cnt": Action("convert"),
    "attribution_deep_convert_cnt": Action("deep_convert"),
}
MATERIALS = "promotion_materials"
#: 40100 is the sibling TikTok's code of too many requests [?].
inspect = coded((40100, 40110, *range(50000, 60000)), (40102, 40104, 40105))


def _exchange_body(credentials: Mapping[str, str], refresh_token: str) -> dict[str, Any]:
    application = {"app_id": credentials["app_id"], "secret": credentials["secret"]}
    return {**application, "grant_type": "refresh_token", "refresh_token": refresh_token}


#: An access token for a day, a refresh token for 30.
EXCHANGE = Exchange(SOURCE, "/open_api/oauth2/refresh_token/", _exchange_body, inspect)


def connect(settings: Settings, account: OceanEngineAccount, client: "RESTClient") -> Connected:
    metrics: dict[str, str] = METRICS | dict(account.metrics)

    def performance(first: date, last: date) -> Answer:
        return {
            "ad_performance": _report(client, account, "MATERIAL_DATA", LEVELS, metrics, first, last),
            "account_performance": _report(client, account, "BASIC_DATA", {}, metrics, first, last),
        }

    def conversions(first: date, last: date) -> Answer:
        ids = {column: name for column, name in LEVELS.items() if column.endswith("_id")}
        wanted = {name: name for name in ACTIONS} | {"conversion_value": metrics["conversion_value"]}
        rows = _report(client, account, "MATERIAL_DATA", ids, wanted, first, last)
        return {"conversions": [one for row in rows for one in conversion_rows(row, ACTIONS)]}

    return connected(
        settings,
        account,
        ZONE,
        {("ad_performance", "account_performance"): performance, ("conversions",): conversions},
        {"accounts": lambda: [_account(client, account)], "ads": lambda: _promotions(client, account)},
        endpoint=f"GET {PATH}",
    )


def _report(
    client: "RESTClient",
    account: OceanEngineAccount,
    topic: str,
    levels: Mapping[str, str],
    metrics: Mapping[str, str],
    first: date,
    last: date,
) -> list[TextRow]:
    """Every row of a range. Raises ApiError unless their number and sums are those that the API states."""
    parameters = {
        "advertiser_id": account.account_id,
        "data_topic": topic,
        "dimensions": json.dumps(["stat_time_day", *levels.values()]),
        "metrics": json.dumps(list(metrics.values())),
        "filters": "[]",
        "order_by": json.dumps([{"field": "stat_time_day", "type": "ASC"}]),
        "start_time": first.isoformat(),
        "end_time": last.isoformat(),
        "page_size": PAGE_SIZE,
    }

    def ask(page: int) -> Any:
        return client.get(PATH, params={**parameters, "page": page}).json()

    results, body = numbered_pages(ask, what=f"{SOURCE} {topic}", rows="data.rows")
    rows = [_row(result, account, levels, metrics) for result in results]
    totals = place(body, "data.total_metrics") or {}
    sums = {column: number(totals.get(name)) for column, name in metrics.items()}
    expect_sums(
        f"{SOURCE} {topic}", rows, {name: sums.get(name) for name in ("cost", "impressions", "clicks")}
    )
    return rows


def _row(
    result: Any, account: OceanEngineAccount, levels: Mapping[str, str], metrics: Mapping[str, str]
) -> TextRow:
    dimensions, values = result["dimensions"], result["metrics"]
    return {
        **own_columns(account, ZONE),
        "report_date": dimensions["stat_time_day"][:10],  # may carry " 00:00:00"
        **{column: as_text(dimensions.get(name)) for column, name in levels.items()},
        **{column: number(values.get(name)) for column, name in metrics.items()},
    }


def _account(client: "RESTClient", account: OceanEngineAccount) -> TextRow:
    asked = {"advertiser_id": account.account_id}
    fund = client.get(FUND_PATH, params=asked).json()["data"]
    asked = {"advertiser_ids": json.dumps([int(account.account_id)])}
    budgets = client.get(BUDGET_PATH, params=asked).json()["data"]["list"]
    named = {"account_name": account.account_name or as_text(fund.get("name"))}
    budget = number(budgets[0].get("budget")) if budgets else None
    return {
        **own_columns(account, ZONE),
        **named,
        "balance": number(fund.get("balance")),
        "daily_budget": budget,
    }


def _promotions(client: "RESTClient", account: OceanEngineAccount) -> list[TextRow]:
    """A promotion shows several materials: each is an ad, and all lead to the promotion's page."""

    def ask(page: int) -> Any:
        asked = {"advertiser_id": account.account_id, "page": page, "page_size": 100}
        return client.get(PROMOTION_PATH, params=asked).json()

    promotions, _ = numbered_pages(ask, what=f"{SOURCE} promotions")
    return [
        {
            "account_id": account.account_id,
            "campaign_id": as_text(promotion["project_id"]),
            "ad_group_id": as_text(promotion["promotion_id"]),
            "ad_group_name": as_text(promotion.get("promotion_name")),
            "ad_id": as_text(material["material_id"]),
            "ad_name": as_text(material.get("material_name")),
            "status": as_text(promotion.get("status_first")),
            "landing_url": as_text(
                next(iter(place(promotion, "promotion_materials.external_url_material_list") or []), None)
            ),
        }
        for promotion in promotions
        for material in place(promotion, f"{MATERIALS}.video_material_list") or []
    ]


pull = rotating_pull(EXCHANGE, HOST, lambda _account: inspect, connect)
