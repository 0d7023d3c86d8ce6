"""TikTok Ads (business API v1.3) integrated report → the tables of ad platforms but for budgets.

All figures are strings in units of the account's currency, "-" for nothing; days in the account's time zone
(`display_timezone` [?], `timezone` where it is missing). Conversions stand on the day of the touch (`conversion`) and
on the day that they happened (`real_time_conversion`); windows are those that each ad group has set. The metrics that
hold the value of conversions (`total_complete_payment_rate` [?]) and video views can be renamed in sources.yaml.
By the hour (`stat_time_hour`) one day a call can be asked, conversions included.
Errors come in the body of HTTP 200 as `code` != 0. Figures arrive up to 11 hours late; a token does not expire by
itself, a refused one must be replaced by a person.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.redaction import Redactor
from ingestion.rest_client import rest_client
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.access_token import AccessToken, in_header
from ingestion.sources.ad_accounts.account_settings import TikTokAdsAccount
from ingestion.sources.ad_accounts.coded_answers import coded
from ingestion.sources.ad_accounts.connecting import connected, platform_pull
from ingestion.sources.ad_accounts.declared_actions import Action
from ingestion.sources.ad_accounts.reports import Asked, daily, hourly, moment
from ingestion.sources.ad_accounts.whole_answers import expect_sums, number, numbered_pages, place
from ingestion.sources.endpoints import Endpoint
from ingestion.sources.questions import Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "tiktok_ads"
HOST = "https://business-api.tiktok.com"
PATH = "open_api/v1.3/"
PAGE_SIZE = 1000
#: The platform calls these metrics too; ad_id is a dimension.
LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "ad_group_id": "adgroup_id",
    "ad_group_name": "adgroup_name",
    "ad_name": "ad_name",
}
METRICS = {
    "cost": "spend",
    "impressions": "impressions",
    "clicks": "clicks",
    "conversions": "conversion",
    "conversion_value": "total_complete_payment_rate",
    "video_views": "video_play_actions",
}
SUMMED = ("cost", "impressions", "clicks")
ACTIONS = {
    "conversion": Action("conversion", value="conversion_value", is_canonical=True),
    "real_time_conversion": Action("conversion", time_basis="conversion"),
    "complete_payment": Action("complete_payment"),
}
ADS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "ad_group_id": "adgroup_id",
    "ad_group_name": "adgroup_name",
    "ad_id": "ad_id",
    "ad_name": "ad_name",
    "status": "operation_status",
    "landing_url": "landing_page_url",
}
#: 40100 too many requests, 60001 maintenance, 5xxxx the platform's own trouble, 40067 too much asked, 4010x the token.
inspect = coded((40100, 60001, *range(50000, 60000)), (40102, 40104, 40105), too_large=(40067,))


def connect(settings: Settings, account: TikTokAdsAccount, endpoint: Endpoint) -> Connected:
    redactor = Redactor(endpoint.credentials.values())
    token = AccessToken(SOURCE, endpoint, redactor, in_header("Access-Token"))
    client = rest_client(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=token)
    asked = {"advertiser_ids": json.dumps([account.account_id])}
    advertiser = client.get(PATH + "advertiser/info/", params=asked).json()["data"]["list"][0]
    own = {
        "account_id": account.account_id,
        "account_name": as_text(advertiser.get("name")),
        "currency_code": as_text(advertiser["currency"]),
        "time_zone": as_text(advertiser.get("display_timezone") or advertiser["timezone"]),
    }
    metrics = METRICS | dict(account.metrics)

    def report(asked: Asked) -> list[TextRow]:
        return [{**own, **row} for row in _report(client, account, asked)]

    def ads() -> list[TextRow]:
        def ask(page: int) -> Any:
            asked = {"advertiser_id": account.account_id, "page": page, "page_size": PAGE_SIZE}
            return client.get(PATH + "ad/get/", params=asked).json()

        found, _ = numbered_pages(ask, what=f"{SOURCE} ads")
        return [own | {column: as_text(ad.get(name)) for column, name in ADS.items()} for ad in found]

    return connected(
        settings, account, ZoneInfo(own["time_zone"] or ""),
        {("ad_performance", "account_performance", "conversions"): daily(report, metrics, ACTIONS)},
        {"accounts": lambda: [{**own, "balance": number(advertiser.get("balance"))}], "ads": ads},
        endpoint=f"GET {PATH}report/integrated/get/", hours=hourly(report, metrics), longest_days_by_hour=1,
    )  # fmt: skip


def _report(client: "RESTClient", account: TikTokAdsAccount, asked: Asked) -> list[TextRow]:
    """Every row of a range. Raises ApiError unless their number and sums are those that the API states."""
    level, dimension = ("AUCTION_AD", "ad_id") if asked.is_by_ad else ("AUCTION_ADVERTISER", "advertiser_id")
    time = "stat_time_hour" if asked.by_hour else "stat_time_day"
    columns = {**(LEVELS if asked.is_by_ad else {}), **asked.metrics}
    query = {
        "advertiser_id": account.account_id,
        "report_type": "BASIC",
        "data_level": level,
        "dimensions": json.dumps([dimension, time]),
        "metrics": json.dumps(sorted(set(columns.values()))),
        "start_date": asked.first.isoformat(),
        "end_date": asked.last.isoformat(),
        "enable_total_metrics": "true",
        "page_size": PAGE_SIZE,
    }

    def ask(page: int) -> Any:
        return client.get(PATH + "report/integrated/get/", params={**query, "page": page}).json()

    what = f"{SOURCE} {level}"
    results, body = numbered_pages(ask, what=what)
    rows: list[TextRow] = [
        {**moment(result["dimensions"][time], asked.by_hour), **_row(result, columns)} for result in results
    ]
    totals = place(body, "data.total_metrics") or {}
    expect_sums(what, rows, {column: number(totals.get(METRICS[column])) for column in SUMMED})
    return rows


def _row(result: Any, columns: Mapping[str, str]) -> dict[str, str | None]:
    values = result["metrics"]
    return {
        "ad_id": as_text(result["dimensions"].get("ad_id")),
        **{
            column: as_text(values.get(name)) if column in LEVELS else number(values.get(name))
            for column, name in columns.items()
        },
    }


pull = platform_pull(SOURCE, HOST, connect)
