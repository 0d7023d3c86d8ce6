"""Ocean Engine (巨量引擎) → the tables of ad platforms, by the v3 custom report or else the v2 reports.

v3: all figures are strings, spend in 元. Project = campaign, promotion = ad group, material = ad (report topic
MATERIAL_DATA); the account's own totals come from topic BASIC_DATA, hours by dimension `stat_time_hour`. An account
that v3 refuses (`v2_codes` [?]) or that says `report: v2` is asked by ocean_engine_v2.py. Report dates are days in
GMT+8 [?]. `in_app_order_gmv` as conversion value and `total_play` as video views are [?]: `metrics` in sources.yaml
names others. Conversions stand on the day they happened (`convert_cnt`) and on the day of the touch
(`attribution_convert_cnt`); the first one is the platform's own figure. Balance, budget, promotions:
ocean_engine_states.py. Errors come in the body of HTTP 200 as `code` != 0; which can be tried again is partly [?].
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.rest_client import ApiError
from ingestion.settings import Settings
from ingestion.sources.ad_accounts import ocean_engine_states, ocean_engine_v2
from ingestion.sources.ad_accounts.account_settings import OceanEngineAccount
from ingestion.sources.ad_accounts.coded_answers import coded
from ingestion.sources.ad_accounts.connecting import connected, own_columns
from ingestion.sources.ad_accounts.declared_actions import Action
from ingestion.sources.ad_accounts.reports import Asked, conversions, daily, hourly, moment
from ingestion.sources.ad_accounts.rotating_token import Exchange, rotating_pull
from ingestion.sources.ad_accounts.whole_answers import expect_sums, number, numbered_pages, place
from ingestion.sources.questions import Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "ocean_engine"
HOST = "https://api.oceanengine.com"
PATH = "/open_api/v3.0/report/custom/get/"
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
SUMMED = ("cost", "impressions", "clicks")
ACTIONS = {
    "convert_cnt": Action("convert", time_basis="conversion", value="conversion_value", is_canonical=True),
    "deep_convert_cnt": Action("deep_convert", time_basis="conversion"),
    "attribution_convert_cnt": Action("convert"),
    "attribution_deep_convert_cnt": Action("deep_convert"),
}
#: 40100 is the sibling TikTok's code of too many requests [?].
inspect = coded((40100, 40110, *range(50000, 60000)), (40102, 40104, 40105))


def _exchange_body(credentials: Mapping[str, str], refresh_token: str) -> dict[str, Any]:
    application = {"app_id": credentials["app_id"], "secret": credentials["secret"]}
    return {**application, "grant_type": "refresh_token", "refresh_token": refresh_token}


#: An access token for a day, a refresh token for 30.
EXCHANGE = Exchange(SOURCE, "/open_api/oauth2/refresh_token/", _exchange_body, inspect)


def connect(settings: Settings, account: OceanEngineAccount, client: "RESTClient") -> Connected:
    own = own_columns(account, ZONE)
    is_v2 = account.report == "v2" or (account.report == "auto" and _is_refused(settings, account, client))
    metrics = ocean_engine_v2.METRICS if is_v2 else METRICS | dict(account.metrics)
    actions = ocean_engine_v2.ACTIONS if is_v2 else ACTIONS

    def report(asked: Asked) -> list[TextRow]:
        read = ocean_engine_v2.report if is_v2 else _report
        return [{**own, **row} for row in read(client, account, asked)]

    value = {"conversion_value": metrics["conversion_value"]} if "conversion_value" in metrics else {}
    return connected(
        settings, account, ZONE,
        {
            ("ad_performance", "account_performance"): daily(report, metrics),
            ("conversions",): conversions(report, value, actions),
        },
        ocean_engine_states.states(client, account, own, is_v2=is_v2),
        endpoint=f"GET {ocean_engine_v2.PATH if is_v2 else PATH}", hours=hourly(report, metrics),
    )  # fmt: skip


def _is_refused(settings: Settings, account: OceanEngineAccount, client: "RESTClient") -> bool:
    """Whether the custom report knows nothing of this account, while its v2 reports answer."""
    today = settings.as_of.astimezone(ZONE).date()
    try:
        _report(client, account, Asked("account", {"cost": METRICS["cost"]}, today, today))
    except ApiError as error:
        if error.kind != "fatal" or not any(f"code {code}:" in str(error) for code in account.v2_codes):
            return False  # the questions themselves will say what is wrong
    else:
        return False
    try:
        cost = {"cost": ocean_engine_v2.METRICS["cost"]}
        ocean_engine_v2.report(client, account, Asked("account", cost, today, today))
    except ApiError:
        return False
    return True


def _report(client: "RESTClient", account: OceanEngineAccount, asked: Asked) -> list[TextRow]:
    """Every row of a range. Raises ApiError unless their number and sums are those that the API states."""
    topic, levels = ("MATERIAL_DATA", LEVELS) if asked.is_by_ad else ("BASIC_DATA", {})
    time = "stat_time_hour" if asked.by_hour else "stat_time_day"
    parameters = {
        "advertiser_id": account.account_id,
        "data_topic": topic,
        "dimensions": json.dumps([time, *levels.values()]),
        "metrics": json.dumps(list(asked.metrics.values())),
        "filters": "[]",
        "order_by": json.dumps([{"field": time, "type": "ASC"}]),
        "start_time": asked.first.isoformat(),
        "end_time": asked.last.isoformat(),
        "page_size": PAGE_SIZE,
    }

    def ask(page: int) -> Any:
        return client.get(PATH, params={**parameters, "page": page}).json()

    results, body = numbered_pages(ask, what=f"{SOURCE} {topic}", rows="data.rows")
    rows: list[TextRow] = [
        {
            **moment(result["dimensions"][time], asked.by_hour),
            **{column: as_text(result["dimensions"].get(name)) for column, name in levels.items()},
            **{column: number(result["metrics"].get(name)) for column, name in asked.metrics.items()},
        }
        for result in results
    ]
    totals = place(body, "data.total_metrics") or {}
    sums = {column: number(totals.get(asked.metrics[column])) for column in SUMMED if column in asked.metrics}
    expect_sums(f"{SOURCE} {topic}", rows, sums)
    return rows


pull = rotating_pull(EXCHANGE, HOST, lambda _account: inspect, connect)
