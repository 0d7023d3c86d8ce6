"""Tencent Ads (腾讯广告, marketing API v3) daily reports → the tables of ad platforms.

Amounts are whole numbers in 分 [?] (int64 in the official SDK). v3 has no campaigns: an ad group (广告) stands for its
own campaign, a dynamic creative (动态创意) is the ad. Days are GMT+8, and the day before is whole from about 08:00.
Conversions are 目标转化量 [?] (`conversions_count`, by the day of the click), orders by click and by display; names of
levels and of metrics in the report, and where a creative holds its page, are [?]: `metrics` in sources.yaml names
others. Access token, timestamp and nonce stand in the query of each request, the latter two new at each try. Errors
come in the body of HTTP 200 as `code` != 0. Hours come from their own report (`hourly_reports`), one day a call [?].
"""

import json
import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import requests

from ingestion.exact_json import as_text
from ingestion.ready_hours import ready_hour
from ingestion.redaction import Redactor
from ingestion.rest_client import api_session, rest_client
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.access_token import AccessToken
from ingestion.sources.ad_accounts.account_settings import TencentAdsAccount
from ingestion.sources.ad_accounts.coded_answers import coded
from ingestion.sources.ad_accounts.connecting import connected, own_columns, platform_pull
from ingestion.sources.ad_accounts.declared_actions import Action
from ingestion.sources.ad_accounts.reports import Asked, daily, hourly
from ingestion.sources.ad_accounts.whole_answers import add_up, number, numbered_pages, place
from ingestion.sources.endpoints import Endpoint
from ingestion.sources.questions import Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "tencent_ads"
HOST = "https://api.e.qq.com"
ZONE = ZoneInfo("Asia/Shanghai")
PAGE_SIZE = 1000
#: Level → its name in the report, and the ids that tell its rows apart.
LEVELS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ad": ("REPORT_LEVEL_DYNAMIC_CREATIVE", ("adgroup_id", "dynamic_creative_id")),
    "account": ("REPORT_LEVEL_ADVERTISER", ()),
}
METRICS = {
    "cost_fen": "cost",
    "impressions": "view_count",
    "clicks": "valid_click_count",
    "conversions": "conversions_count",
    "conversion_value_fen": "order_amount",
    "video_views": "video_outer_play_count",
}
ACTIONS = {
    "conversions_count": Action("conversion", value="conversion_value_fen", is_canonical=True),
    "order_by_click_count": Action("order", touch_type="click"),
    "order_by_display_count": Action("order", touch_type="view"),
}
#: 11017 is the limit per minute, lifted after minutes; the one per day (11018) is not waited for.
inspect = coded((11016, 11017, 11019, *range(30000, 30100)), (11000, 11002), "message_cn", {11017: 60.0})


def connect(settings: Settings, account: TencentAdsAccount, endpoint: Endpoint) -> Connected:
    client = _client(endpoint)
    asked = {"account_id": account.account_id}
    own = own_columns(account, ZONE)
    metrics = METRICS | {
        column + "_fen" * (column == "conversion_value"): name for column, name in account.metrics.items()
    }
    actions = {metrics["conversions"] if one.is_canonical else name: one for name, one in ACTIONS.items()}

    def report(asked: Asked) -> list[TextRow]:
        return [{**own, **row} for row in _report(client, account, asked)]

    def accounts() -> list[TextRow]:
        found = client.get("v3.0/advertiser/get", params=asked).json()["data"]["list"][0]
        funds = client.get("v3.0/funds/get", params=asked).json()["data"]["list"]
        named = {"account_name": account.account_name or as_text(found.get("corporation_name"))}
        balance = add_up(fund.get("balance") for fund in funds)
        return [
            {**own, **named, "balance_fen": balance, "daily_budget_fen": number(found.get("daily_budget"))}
        ]

    return connected(
        settings, account, ZONE,
        {("ad_performance", "account_performance", "conversions"): daily(report, metrics, actions)},
        {"accounts": accounts, "ads": lambda: _ads(client, asked)}, endpoint="GET v3.0/daily_reports/get",
        longest_days=90, ready_hour=ready_hour(account, SOURCE), hours=hourly(report, metrics), longest_days_by_hour=1,
    )  # fmt: skip


def _client(endpoint: Endpoint) -> "RESTClient":
    redactor, given = Redactor(endpoint.credentials.values()), endpoint.credentials

    def fetch() -> Any:
        names = ("client_id", "client_secret", "refresh_token")
        asked = {"grant_type": "refresh_token", **{name: given[name] for name in names}}
        session = api_session(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor)
        return session.get(f"{endpoint.base_url}/oauth/token", params=asked).json()["data"]

    token = AccessToken(SOURCE, endpoint, redactor, _place, fetch if "refresh_token" in given else None)
    return rest_client(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=token)


def _place(request: requests.PreparedRequest, token: str) -> None:
    own = {"access_token": token, "timestamp": str(int(time.time())), "nonce": secrets.token_hex(16)}
    parts = urlsplit(request.url or "")
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in own]
    request.url = urlunsplit(parts._replace(query=urlencode([*asked, *own.items()])))


def _report(client: "RESTClient", account: TencentAdsAccount, asked: Asked) -> list[TextRow]:
    """Every row of a range. Raises ApiError unless their number is the one that the API states."""
    name, ids = LEVELS[asked.level]
    path, times = ("hourly_reports", ("date", "hour")) if asked.by_hour else ("daily_reports", ("date",))
    query = {
        "account_id": account.account_id,
        "level": name,
        "date_range": json.dumps({"start_date": asked.first.isoformat(), "end_date": asked.last.isoformat()}),
        "group_by": json.dumps([*times, *ids]),
        "fields": json.dumps([*times, *ids, *sorted(set(asked.metrics.values()))]),
        "page_size": PAGE_SIZE,
    }

    def ask(page: int) -> Any:
        return client.get(f"v3.0/{path}/get", params={**query, "page": page}).json()

    results, _ = numbered_pages(ask, what=f"{SOURCE} {name}")
    return [
        {
            "report_date": as_text(result["date"]),
            **({"hour": as_text(result["hour"])} if asked.by_hour else {}),
            **_levels(result),
            **{column: number(result.get(metric)) for column, metric in asked.metrics.items()},
        }
        for result in results
    ]


def _levels(result: Any) -> dict[str, str | None]:
    group = as_text(result.get("adgroup_id"))
    return {"campaign_id": group, "ad_group_id": group, "ad_id": as_text(result.get("dynamic_creative_id"))}


def _ads(client: "RESTClient", asked: Mapping[str, str]) -> list[TextRow]:
    def ask(page: int) -> Any:
        wanted = {**asked, "page": page, "page_size": 100}
        return client.get("v3.0/dynamic_creatives/get", params=wanted).json()

    found, _ = numbered_pages(ask, what=f"{SOURCE} dynamic_creatives")
    return [
        {
            **asked,
            **_levels(creative),
            "ad_name": as_text(creative.get("dynamic_creative_name")),
            "status": as_text(creative.get("configured_status")),
            "landing_url": as_text(place(creative, "page_spec.page_url")),
        }
        for creative in found
    ]


pull = platform_pull(SOURCE, HOST, connect)
