"""The ads of a Baidu account (百度营销) and the pages they lead to: campaigns → units → creatives, by product.

Creatives are asked by the ids of units, units by those of campaigns. A search creative leads to its mobile page, else
to the one for computers; one of feed has it in its `material`, a JSON text whose key for the page differs by style [?].
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion.exact_json import as_text
from ingestion.sources.ad_accounts.account_settings import BaiduAdsAccount, Product
from ingestion.sources.ad_accounts.baidu_service import post
from ingestion.sources.questions import TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

#: Ids in one request: campaigns at most 100, units of feed at most 100.
IDS_A_REQUEST = 100
#: Keys of a page in the material of a feed creative [?], the first that is there counts.
PAGE_KEYS = ("url", "targetUrl", "landingUrl", "lpUrl")


@dataclass(frozen=True)
class Names:
    """`feed` stands inside the product's names; `campaign_type`, `unit_type`: what ids are, in its own numbers."""

    folder: str
    feed: str
    campaign_type: int
    unit_type: int
    name: str

    def ask(self, client: "RESTClient", account: BaiduAdsAccount, thing: str, **body: Any) -> list[Any]:
        path = f"/json/{self.folder}/service/{thing}{self.feed}Service/get{thing}{self.feed}"
        return post(client, account, path, body)


PRODUCTS: dict[Product, Names] = {
    "search": Names("sms", "", 3, 5, "title"),
    "feed": Names("feed/v1", "Feed", 1, 2, "creativeFeedName"),
}


def ads(client: "RESTClient", account: BaiduAdsAccount) -> list[TextRow]:
    return [row for product in account.products for row in _of(client, account, PRODUCTS[product])]


def _of(client: "RESTClient", account: BaiduAdsAccount, names: Names) -> Iterator[TextRow]:
    feed = names.feed
    campaign, unit, creative = f"campaign{feed}Id", f"adgroup{feed}Id", f"creative{feed}Id"
    fields = {f"campaign{feed}Fields": [campaign], f"campaign{feed}Ids": []}
    campaigns = [one[campaign] for one in names.ask(client, account, "Campaign", **fields)]
    unit_fields = [campaign, unit, f"adgroup{feed}Name"]
    units = {
        one[unit]: one
        for ids in _parts(campaigns)
        for one in names.ask(
            client, account, "Adgroup", ids=ids, idType=names.campaign_type,
            **{f"adgroup{feed}Fields": unit_fields},
        )
    }  # fmt: skip
    pages = ["material"] if feed else ["mobileDestinationUrl", "pcDestinationUrl"]
    creative_fields = [creative, unit, names.name, "status", *pages]
    for ids in _parts(list(units)):
        asked = {f"creative{feed}Fields": creative_fields, "ids": ids, "idType": names.unit_type}
        for one in names.ask(client, account, "Creative", **asked):
            group = units[one[unit]]
            yield {
                "account_id": account.account_id,
                "campaign_id": as_text(group[campaign]),
                "ad_group_id": as_text(one[unit]),
                "ad_group_name": as_text(group.get(f"adgroup{feed}Name")),
                "ad_id": as_text(one[creative]),
                "ad_name": as_text(one.get(names.name)),
                "status": as_text(one.get("status")),
                "landing_url": _page(one),
            }


def _page(creative: Any) -> str | None:
    try:
        material = json.loads(creative.get("material") or "{}")
    except ValueError:
        material = {}
    found = [creative.get("mobileDestinationUrl"), creative.get("pcDestinationUrl")]
    found += [material.get(key) for key in PAGE_KEYS if isinstance(material, dict)]
    return next((as_text(page) for page in found if page), None)


def _parts(ids: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), IDS_A_REQUEST):
        yield ids[start : start + IDS_A_REQUEST]
