"""Xiaohongshu 聚光 (小红书) offline reports → the tables of ad platforms.

POST /api/open/jg/data/report/offline/{account,creativity}; figures are strings, thousands have commas,
amounts are 元 (the balance: 分). Campaign = 计划, ad group = 单元, ad = 创意. The platform states how many
rows there are, but no sums. `rgmv` is what was paid within 7 days of a click, refunds included; each
metric has a window of its own. What readers do with a note (点赞, 评论, 收藏, 关注, 分享) are actions beside the
orders. There is no report by the hour.
[?]: days in GMT+8, whole at `ready_hour`, restated for `restatement_days`; which metrics are conversions,
their value and video views (`metrics`); the last step of the creative report's address
(`creative_report`); the other actions and the day they are booked on (`actions`); error codes
(`retry_codes`, `expired_codes` add to those here).
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.ready_hours import ready_hour
from ingestion.rest_client import Inspect
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.account_settings import XiaohongshuAdsAccount
from ingestion.sources.ad_accounts.coded_answers import coded, with_own_codes
from ingestion.sources.ad_accounts.connecting import connected, own_columns
from ingestion.sources.ad_accounts.declared_actions import Action, account_actions
from ingestion.sources.ad_accounts.reports import Asked, daily, moment
from ingestion.sources.ad_accounts.rotating_token import Exchange, app_exchange, rotating_pull
from ingestion.sources.ad_accounts.whole_answers import number, numbered_pages
from ingestion.sources.questions import Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "xiaohongshu_ads"
HOST = "https://adapi.xiaohongshu.com"
REPORTS = "/api/open/jg/data/report/offline"
ZONE = ZoneInfo("Asia/Shanghai")
PAGE_SIZE = 1000
CREATIVES_A_PAGE = 100
LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "ad_group_id": "unit_id",
    "ad_group_name": "unit_name",
    "ad_id": "creativity_id",
    "ad_name": "creativity_name",
}
METRICS = {
    "cost": "fee",
    "impressions": "impression",
    "clicks": "click",
    "conversions": "goods_order",
    "conversion_value": "rgmv",
    "video_views": "video_play_5s_cnt",
}
CANONICAL = Action("order", touch_type="click", window="7d", value="conversion_value")
ACTIONS = {
    "goods_visit": Action("goods_visit", touch_type="click", window="7d"),
    **{name: Action(name, "mixed") for name in ("like", "comment", "collect", "follow", "share")},
}
TRY_AGAIN = (429,)
EXPIRED = (401,)


def inspect_of(account: XiaohongshuAdsAccount) -> Inspect:
    return coded(*with_own_codes(account, TRY_AGAIN, EXPIRED), "msg")


EXCHANGE = Exchange(SOURCE, "/api/open/oauth2/refresh_token", app_exchange, coded((), (), "msg"))


def connect(settings: Settings, account: XiaohongshuAdsAccount, client: "RESTClient") -> Connected:
    metrics: dict[str, str] = METRICS | dict(account.metrics)
    actions = account_actions(CANONICAL, metrics["conversions"], ACTIONS, account.actions)
    states = {"accounts": lambda: [_account(client, account)], "ads": lambda: _ads(client, account)}
    return connected(
        settings, account, ZONE,
        {("ad_performance", "account_performance", "conversions"): daily(
            lambda asked: _report(client, account, asked), metrics, actions)},
        states, endpoint=f"POST {REPORTS}", ready_hour=ready_hour(account, SOURCE),
    )  # fmt: skip


def _report(client: "RESTClient", account: XiaohongshuAdsAccount, asked: Asked) -> list[TextRow]:
    level, levels = (account.creative_report, LEVELS) if asked.is_by_ad else ("account", {})
    body = {
        "advertiser_id": int(account.account_id),
        "start_date": asked.first.isoformat(),
        "end_date": asked.last.isoformat(),
        "time_unit": "DAY",
        "sort_column": "time",
        "sort": "asc",
        "page_size": PAGE_SIZE,
    }

    def ask(page: int) -> Any:
        return client.post(f"{REPORTS}/{level}", json={**body, "page_num": page}).json()

    rows, _ = numbered_pages(
        ask, what=f"{SOURCE} {level}", rows="data.data_list", page=None, total="data.total_count"
    )
    return [
        {
            **own_columns(account, ZONE),
            **moment(result["time"]),
            **{column: as_text(result.get(name)) for column, name in levels.items()},
            **{column: number(result.get(name)) for column, name in asked.metrics.items()},
        }
        for result in rows
    ]


def _account(client: "RESTClient", account: XiaohongshuAdsAccount) -> TextRow:
    """The balance is in 分; the platform offers no budget of an account."""
    answer = client.get("/api/open/jg/account/balance/info", params={"advertiser_id": account.account_id})
    yuan = Decimal(answer.json()["data"]["total_balance"]).scaleb(-2)
    return {**own_columns(account, ZONE), "balance": format(yuan, "f"), "daily_budget": None}


def _ads(client: "RESTClient", account: XiaohongshuAdsAccount) -> list[TextRow]:
    def ask(page: int) -> Any:
        body = {
            "advertiser_id": int(account.account_id),
            "page": {"page_index": page, "page_size": CREATIVES_A_PAGE},
        }
        return client.post("/api/open/jg/creativity/search", json=body).json()

    creatives, _ = numbered_pages(
        ask, what=f"{SOURCE} ads", rows="data.creativity_dtos",
        page="data.page.page_index", total="data.page.total_count",
    )  # fmt: skip
    return [
        {
            "account_id": account.account_id,
            "campaign_id": as_text(one["campaign_id"]),
            "ad_group_id": as_text(one["unit_id"]),
            "ad_id": as_text(one["creative_id"]),
            "ad_name": one.get("creative_name"),
            "status": as_text(one.get("creativity_status")),
            "landing_url": one.get("jump_url"),
        }
        for one in creatives
    ]


pull = rotating_pull(EXCHANGE, HOST, inspect_of, connect)
