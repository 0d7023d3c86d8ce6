"""What an Ocean Engine (巨量引擎) account is at the moment: its money, its ads and the pages they lead to.

Paths and fields of balance, budget, promotions (v3) and creatives (v2) are [?].
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ingestion.exact_json import as_text
from ingestion.sources.ad_accounts.account_settings import OceanEngineAccount
from ingestion.sources.ad_accounts.connecting import State
from ingestion.sources.ad_accounts.whole_answers import number, numbered_pages, place
from ingestion.sources.questions import TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

FUND_PATH = "/open_api/2/advertiser/fund/get/"
BUDGET_PATH = "/open_api/2/advertiser/budget/get/"
PROMOTION_PATH = "/open_api/v3.0/promotion/list/"
CREATIVE_PATH = "/open_api/2/creative/get/"
MATERIALS = "promotion_materials"


def states(
    client: "RESTClient", account: OceanEngineAccount, own: Mapping[str, str | None], *, is_v2: bool
) -> dict[str, State]:
    ads = _creatives if is_v2 else _promotions
    return {"accounts": lambda: [_money(client, account, own)], "ads": lambda: ads(client, account)}


def _money(client: "RESTClient", account: OceanEngineAccount, own: Mapping[str, str | None]) -> TextRow:
    asked = {"advertiser_id": account.account_id}
    fund = client.get(FUND_PATH, params=asked).json()["data"]
    asked = {"advertiser_ids": json.dumps([int(account.account_id)])}
    budgets = client.get(BUDGET_PATH, params=asked).json()["data"]["list"]
    return {
        **own,
        "account_name": account.account_name or as_text(fund.get("name")),
        "balance": number(fund.get("balance")),
        "daily_budget": number(budgets[0].get("budget")) if budgets else None,
    }


def _every(client: "RESTClient", account: OceanEngineAccount, path: str, what: str) -> list[Any]:
    def ask(page: int) -> Any:
        asked = {"advertiser_id": account.account_id, "page": page, "page_size": 100}
        return client.get(path, params=asked).json()

    return numbered_pages(ask, what=f"ocean_engine {what}")[0]


def _promotions(client: "RESTClient", account: OceanEngineAccount) -> list[TextRow]:
    """A promotion shows several materials: each is an ad, and all lead to the promotion's page."""
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
                next(iter(place(promotion, f"{MATERIALS}.external_url_material_list") or []), None)
            ),
        }
        for promotion in _every(client, account, PROMOTION_PATH, "promotions")
        for material in place(promotion, f"{MATERIALS}.video_material_list") or []
    ]


def _creatives(client: "RESTClient", account: OceanEngineAccount) -> list[TextRow]:
    return [
        {
            "account_id": account.account_id,
            "campaign_id": as_text(creative["campaign_id"]),
            "ad_group_id": as_text(creative["ad_id"]),
            "ad_id": as_text(creative["creative_id"]),
            "ad_name": as_text(creative.get("title")),
            "status": as_text(creative.get("status")),
            "landing_url": as_text(creative.get("external_url")),
        }
        for creative in _every(client, account, CREATIVE_PATH, "creatives")
    ]
