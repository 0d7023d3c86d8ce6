"""Emulates the services of Baidu marketing that list campaigns, units and creatives, of search and of feed."""

import json
import re
from typing import Any

from ingestion.demo.apis.ads_state import AdAccountState, Row

_PATH = re.compile(r"/json/(sms|feed/v1)/service/(Campaign|Adgroup|Creative)(Feed)?Service/get\2(Feed)?")
#: Thing → (id of the parent by which it is asked, what idType says so for search and for feed).
_PARENTS = {"Adgroup": ("campaign_id", 3, 1), "Creative": ("ad_group_id", 5, 2)}
_KEYS = {"Campaign": "campaign_id", "Adgroup": "ad_group_id", "Creative": "ad_id"}


def answer(path: str, state: AdAccountState, body: Any) -> list[dict[str, Any]] | None:
    """What the service lists; None for another service."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    folder, thing, feed = match[1], match[2], match[3] or ""
    if (folder == "feed/v1") is not bool(feed) or bool(feed) is not bool(match[4]):
        return None
    product = "feed" if feed else "search"
    ads = [ad for ad in state.ad_list() if ad.get("product", "search") == product]
    if thing in _PARENTS:
        parent, *types = _PARENTS[thing]
        if body["idType"] != types[bool(feed)]:
            return []
        asked = {str(one) for one in body["ids"]}
        ads = [ad for ad in ads if str(ad[parent]) in asked]
    known = {str(ad[_KEYS[thing]]): _shape(ad, feed) for ad in ads}
    fields = body[f"{thing.lower()}{feed}Fields"]
    return [{name: one[name] for name in fields if name in one} for one in known.values()]


def _shape(ad: Row, feed: str) -> dict[str, Any]:
    shaped = {
        f"campaign{feed}Id": int(ad["campaign_id"]),
        f"adgroup{feed}Id": int(ad["ad_group_id"]),
        f"adgroup{feed}Name": ad["ad_group_name"],
        f"creative{feed}Id": int(ad["ad_id"]),
        "status": 0 if feed else 51,
    }
    if feed:
        material = json.dumps({"title": ad["ad_name"], "url": ad["landing_url"]}, ensure_ascii=False)
        return {**shaped, "creativeFeedName": ad["ad_name"], "material": material}
    return {**shaped, "title": ad["ad_name"], "mobileDestinationUrl": ad["landing_url"]}
