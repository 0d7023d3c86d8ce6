"""Ocean Engine (巨量引擎) v3 custom report → ad_performance, account_performance, pulls.

All values are strings, spend in 元. Project = campaign, promotion = ad group, material = ad (report topic
MATERIAL_DATA); the account's own totals come from topic BASIC_DATA. Report dates are days in GMT+8 [?].
`in_app_order_gmv` as conversion value and `total_play` as video views are [?]: `metrics` in sources.yaml
names others. Errors come in the body of HTTP 200 as `code` != 0; which can be tried again is partly [?].
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.rest_client import ApiError, Refusal
from ingestion.settings import Settings
from ingestion.sources.account_pulls import (
    STALE_AFTER,
    Connected,
    PullResults,
    Question,
    TextRow,
    pull_accounts,
)
from ingestion.sources.ad_accounts.contracts import (
    OCEAN_ENGINE_ACCOUNT,
    OCEAN_ENGINE_CONTRACTS,
    OCEAN_ENGINE_PERFORMANCE,
)
from ingestion.sources.ad_accounts.rotating_token import Exchange, authorise
from ingestion.sources_config import OceanEngineAccount

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "ocean_engine"
HOST = "https://api.oceanengine.com"
PATH = "/open_api/v3.0/report/custom/get/"
ZONE = "Asia/Shanghai"
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
TRY_AGAIN = (40100, 40110)
EXPIRED = (40102, 40104, 40105)


def pull(
    settings: Settings,
    accounts: Sequence[OceanEngineAccount],
    *,
    dates: Sequence[date] | None = None,
    demo_base_url: str | None = None,
) -> PullResults:
    """Land what is needed of every account. Raises SourceError for bad configuration or when none works."""
    clients = authorise(settings, EXCHANGE, HOST, accounts, demo_base_url, lambda _: inspect)

    def connect(account: OceanEngineAccount) -> Connected:
        return _connect(settings, account, clients[account.account_id])

    return pull_accounts(settings, SOURCE, accounts, connect, OCEAN_ENGINE_CONTRACTS, dates)


def inspect(status: int, body: Any) -> Refusal | None:
    """Every answer is {"code", "message", "data", "request_id"}; 0 is success."""
    if not isinstance(body, dict) or "code" not in body:
        return Refusal("retry", "the answer has no `code`") if status == 200 else None
    code = body["code"]
    if code == 0:
        return None
    message = f"code {code}: {body.get('message', '')}"
    if code in EXPIRED:
        return Refusal("expired_token", message)
    return Refusal("retry" if code in TRY_AGAIN or code >= 50000 else "fatal", message)


def _exchange_body(credentials: Mapping[str, str], refresh_token: str) -> dict[str, Any]:
    application = {"app_id": credentials["app_id"], "secret": credentials["secret"]}
    return {**application, "grant_type": "refresh_token", "refresh_token": refresh_token}


#: An access token for a day, a refresh token for 30.
EXCHANGE = Exchange(SOURCE, "/open_api/oauth2/refresh_token/", _exchange_body, inspect)


def _connect(settings: Settings, account: OceanEngineAccount, client: "RESTClient") -> Connected:
    zone = ZoneInfo(ZONE)

    def ask(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        return {
            OCEAN_ENGINE_PERFORMANCE.entity: _report(client, account, "MATERIAL_DATA", LEVELS, first, last),
            OCEAN_ENGINE_ACCOUNT.entity: _report(client, account, "BASIC_DATA", {}, first, last),
        }

    contracts = (OCEAN_ENGINE_PERFORMANCE, OCEAN_ENGINE_ACCOUNT)
    question = Question(contracts, ask, f"GET {PATH}", account.restatement_days, settings.as_of - STALE_AFTER)
    last_day = settings.as_of.astimezone(zone).date() - timedelta(days=1)
    return Connected(zone, last_day, (question,))


def _report(
    client: "RESTClient",
    account: OceanEngineAccount,
    topic: str,
    levels: Mapping[str, str],
    first: date,
    last: date,
) -> list[TextRow]:
    """Every row of a range. Raises ApiError unless their number and sums are those that the API states."""
    from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

    metrics: dict[str, str] = METRICS | dict(account.metrics)
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
    rows: list[TextRow] = []
    stated: dict[str, Any] = {}
    pages = PageNumberPaginator(
        base_page=1, page_param="page", total_path="data.page_info.total_page", stop_after_empty_page=True
    )
    for number, page in enumerate(
        client.paginate(
            PATH, params=parameters, paginator=pages, data_selector="data.rows", hooks={"response": []}
        ),
        start=1,
    ):
        stated = page.response.json()["data"]
        if int(stated["page_info"]["page"]) != number:
            raise ApiError(f"{SOURCE} {topic}: page {number} was asked, {stated['page_info']['page']} came")
        rows.extend(_row(result, account, levels, metrics) for result in page)
    _compare(topic, rows, stated, metrics)
    return rows


def _row(
    result: Any, account: OceanEngineAccount, levels: Mapping[str, str], metrics: Mapping[str, str]
) -> TextRow:
    dimensions, values = result["dimensions"], result["metrics"]
    return {
        "account_id": account.account_id,
        "account_name": account.account_name,
        "currency_code": account.currency_code,
        "time_zone": ZONE,
        "report_date": dimensions["stat_time_day"][:10],  # may carry " 00:00:00"
        **{column: as_text(dimensions.get(name)) for column, name in levels.items()},
        **{column: _number(values.get(name)) for column, name in metrics.items()},
    }


def _number(value: Any) -> str | None:
    """Text of a number; "-" and "" stand for nothing, thousands may have commas."""
    text = (as_text(value) or "").replace(",", "").strip()
    return text if text not in ("", "-") else None


def _compare(
    topic: str, rows: Sequence[TextRow], stated: Mapping[str, Any], metrics: Mapping[str, str]
) -> None:
    count = int(stated["page_info"]["total_number"])
    if count != len(rows):
        raise ApiError(f"{SOURCE} {topic}: {len(rows)} rows came, the API states {count}")
    totals = stated.get("total_metrics") or {}
    for column in ("cost", "impressions", "clicks"):
        stated_total = _number(totals.get(metrics[column]))
        if stated_total is None:
            continue
        try:
            total = sum((Decimal(row[column] or 0) for row in rows), Decimal(0))
        except InvalidOperation:
            continue  # the row's own value is no number: landing puts that row aside and says so
        if total != Decimal(stated_total):
            raise ApiError(f"{SOURCE} {topic}: {column} adds up to {total}, stated {stated_total}")
