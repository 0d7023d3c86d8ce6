"""The v2 reports of Ocean Engine (巨量引擎), for accounts that the v3 custom report does not know.

GET /open_api/2/report/{advertiser,creative}/get/: spend in 元 as floats (kept to 6 decimals), whole counts. Campaign
(广告组) = campaign, ad (广告计划) = ad group, creative (广告创意) = ad. The platform states how many rows there are,
but no sums. v2 has no figure for the value of conversions [?], nor for video views; the names of levels in a creative's
row (`campaign_name`, `ad_name`, `creative_name`) are [?].
"""

import json
from typing import TYPE_CHECKING, Any

from ingestion.exact_json import as_text
from ingestion.sources.ad_accounts.account_settings import OceanEngineAccount
from ingestion.sources.ad_accounts.declared_actions import Action
from ingestion.sources.ad_accounts.reports import Asked, moment
from ingestion.sources.ad_accounts.whole_answers import numbered_pages, six_decimals
from ingestion.sources.questions import TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

PATH = "/open_api/2/report/"
PAGE_SIZE = 1000
LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "ad_group_id": "ad_id",
    "ad_group_name": "ad_name",
    "ad_id": "creative_id",
    "ad_name": "creative_name",
}
METRICS = {"cost": "cost", "impressions": "show", "clicks": "click", "conversions": "convert"}
ACTIONS = {
    "convert": Action("convert", time_basis="conversion", is_canonical=True),
    "deep_convert": Action("deep_convert", time_basis="conversion"),
    "attribution_convert": Action("convert"),
    "attribution_deep_convert": Action("deep_convert"),
}


def report(client: "RESTClient", account: OceanEngineAccount, asked: Asked) -> list[TextRow]:
    """Every row of a range. Raises ApiError unless their number is the one that the API states."""
    kind, levels = ("creative", LEVELS) if asked.is_by_ad else ("advertiser", {})
    groups = ["STAT_GROUP_BY_FIELD_STAT_TIME", *(["STAT_GROUP_BY_FIELD_ID"] if asked.is_by_ad else [])]
    parameters = {
        "advertiser_id": account.account_id,
        "start_date": asked.first.isoformat(),
        "end_date": asked.last.isoformat(),
        "group_by": json.dumps(groups),
        "time_granularity": f"STAT_TIME_GRANULARITY_{'HOURLY' if asked.by_hour else 'DAILY'}",
        "fields": json.dumps(list(asked.metrics.values())),
        "page_size": PAGE_SIZE,
    }

    def ask(page: int) -> Any:
        return client.get(f"{PATH}{kind}/get/", params={**parameters, "page": page}).json()

    results, _ = numbered_pages(ask, what=f"ocean_engine v2 {kind}")
    return [
        {
            **moment(result["stat_datetime"], asked.by_hour),
            **{column: as_text(result.get(name)) for column, name in levels.items()},
            **{column: six_decimals(result.get(name)) for column, name in asked.metrics.items()},
        }
        for result in results
    ]
