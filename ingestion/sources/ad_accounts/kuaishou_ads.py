"""Kuaishou 磁力引擎 (快手) reports → the tables of ad platforms.

POST v1/report/{account,creative}_report, at most a week a request; amounts are 元 as floats, kept to 6
decimals, budgets 厘 (1/1000 元). Campaign = 计划, ad group = 组, ad = 创意. The platform states how many rows
there are, but no sums; landing pages belong to ad groups.
[?]: days in GMT+8, whole at `ready_hour`, restated for `restatement_days`; how far back reports reach (give
`start_date`); which metrics are impressions (封面曝光 `show` or 素材曝光 `aclick`), clicks, conversions, their
value and video views (`metrics`); the other actions and the day they are booked on (`actions`); the key of the hour
(`stat_hour`, else the time in `stat_date`) in a report by hour; error codes (`retry_codes`, `expired_codes` add to
those here).
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.ready_hours import ready_hour
from ingestion.rest_client import Inspect
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.account_settings import KuaishouAdsAccount
from ingestion.sources.ad_accounts.coded_answers import coded, with_own_codes
from ingestion.sources.ad_accounts.connecting import connected, own_columns
from ingestion.sources.ad_accounts.declared_actions import Action, account_actions
from ingestion.sources.ad_accounts.reports import Asked, daily, hourly, moment
from ingestion.sources.ad_accounts.rotating_token import Exchange, app_exchange, rotating_pull
from ingestion.sources.ad_accounts.whole_answers import numbered_pages, six_decimals
from ingestion.sources.questions import Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "kuaishou_ads"
HOST = "https://ad.e.kuaishou.com"
BASE = "/rest/openapi"
ZONE = ZoneInfo("Asia/Shanghai")
PAGE_SIZE = 2000
THINGS_A_PAGE = 200
LONGEST_DAYS = 7
LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "ad_group_id": "unit_id",
    "ad_group_name": "unit_name",
    "ad_id": "creative_id",
    "ad_name": "creative_name",
}
METRICS = {
    "cost": "charge",
    "impressions": "show",
    "clicks": "bclick",
    "conversions": "activation",
    "conversion_value": "event_pay_purchase_amount",
    "video_views": "played_three_seconds",
}
#: 激活 on the day it happened; the value belongs to payments (付费).
CANONICAL = Action("activation", "conversion")
ACTIONS = {
    "event_register": Action("register", "conversion"),
    "event_pay": Action("purchase", "conversion", value="conversion_value"),
}
TRY_AGAIN = (400003,)
EXPIRED = (401000,)


def inspect_of(account: KuaishouAdsAccount) -> Inspect:
    return coded(*with_own_codes(account, TRY_AGAIN, EXPIRED))


EXCHANGE = Exchange(SOURCE, f"{BASE}/oauth2/authorize/refresh_token", app_exchange, coded((), ()))


def connect(settings: Settings, account: KuaishouAdsAccount, client: "RESTClient") -> Connected:
    metrics: dict[str, str] = METRICS | dict(account.metrics)
    actions = account_actions(CANONICAL, metrics["conversions"], ACTIONS, account.actions)

    def report(asked: Asked) -> list[TextRow]:
        return _report(client, account, asked)

    today = settings.as_of.astimezone(ZONE).date()
    states = {"accounts": lambda: [_account(client, account, today)], "ads": lambda: _ads(client, account)}
    return connected(
        settings, account, ZONE,
        {("ad_performance", "account_performance", "conversions"): daily(report, metrics, actions)}, states,
        endpoint=f"POST {BASE}/v1/report", longest_days=LONGEST_DAYS, ready_hour=ready_hour(account, SOURCE),
        hours=hourly(report, metrics), longest_days_by_hour=LONGEST_DAYS,
    )  # fmt: skip


def _every(
    client: "RESTClient", account: KuaishouAdsAccount, path: str, size: int, **asked: Any
) -> list[Any]:
    """The `details` of all pages."""
    body = {"advertiser_id": int(account.account_id), "page_size": size, **asked}

    def ask(page: int) -> Any:
        return client.post(f"{BASE}/{path}", json={**body, "page": page}).json()

    rows, _ = numbered_pages(
        ask, what=f"{SOURCE} {path}", rows="data.details", page=None, total="data.total_count"
    )
    return rows


def _report(client: "RESTClient", account: KuaishouAdsAccount, asked: Asked) -> list[TextRow]:
    level, levels = ("creative_report", LEVELS) if asked.is_by_ad else ("account_report", {})
    period = {"start_date": asked.first.isoformat(), "end_date": asked.last.isoformat()}
    period["temporal_granularity"] = "HOURLY" if asked.by_hour else "DAILY"
    return [
        {
            **own_columns(account, ZONE),
            **_moment(result, asked.by_hour),
            **{column: as_text(result.get(name)) for column, name in levels.items()},
            **{column: six_decimals(result.get(name)) for column, name in asked.metrics.items()},
        }
        for result in _every(client, account, f"v1/report/{level}", PAGE_SIZE, **period)
    ]


def _moment(result: Any, by_hour: bool) -> dict[str, str | None]:
    if by_hour and result.get("stat_hour") is not None:
        return {"report_date": result["stat_date"][:10], "hour": as_text(result["stat_hour"])}
    return moment(result["stat_date"], by_hour)


def _account(client: "RESTClient", account: KuaishouAdsAccount, today: date) -> TextRow:
    """The budget of the weekday wins over the one of every day; 0 = no limit."""
    who = {"advertiser_id": account.account_id}
    fund = client.get(f"{BASE}/v1/advertiser/fund/get", params=who).json()["data"]
    budget = client.get(f"{BASE}/v1/advertiser/budget/get", params=who).json()["data"]
    weekdays = budget.get("day_budget_schedule") or []
    thousandths = weekdays[today.weekday()] if len(weekdays) == 7 else budget.get("day_budget")
    yuan = format(Decimal(thousandths).scaleb(-3), "f") if thousandths else None
    return {**own_columns(account, ZONE), "balance": six_decimals(fund["balance"]), "daily_budget": yuan}


def _ads(client: "RESTClient", account: KuaishouAdsAccount) -> list[TextRow]:
    units = {
        as_text(unit["unit_id"]): unit for unit in _every(client, account, "gw/dsp/unit/list", THINGS_A_PAGE)
    }
    return [
        {
            "account_id": account.account_id,
            "campaign_id": as_text(one["campaign_id"]),
            "ad_group_id": as_text(one["unit_id"]),
            "ad_group_name": units.get(as_text(one["unit_id"]), {}).get("unit_name"),
            "ad_id": as_text(one["creative_id"]),
            "ad_name": one.get("creative_name"),
            "status": as_text(one.get("status")),
            "landing_url": units.get(as_text(one["unit_id"]), {}).get("url"),
        }
        for one in _every(client, account, "gw/dsp/creative/list", THINGS_A_PAGE)
    ]


pull = rotating_pull(EXCHANGE, HOST, inspect_of, connect)
