"""Meta Ads (Facebook, Instagram) insights → the tables of ad platforms but for balances and budgets.

All figures are strings, spend in units of the account's currency, days in the account's time zone. `clicks` are all
clicks, `video_views` the action video_view. Conversions stand on the day of the impression (`action_report_time`) in
the account's attribution setting and in each of `attribution_windows`; which action types count: meta_actions.py. By
the hour (breakdown of the advertiser's time zone) the platform tells no actions that happen outside of it, so hours
hold no conversions at all. `use_account_attribution_setting`, the summary of a job's insights and the fields of a
creative that hold the landing page are [?]. Calls are limited per account: the codes below are tried again; a refused
token (code 190) must be replaced by a person.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.redaction import Redactor
from ingestion.rest_client import Refusal, rest_client
from ingestion.settings import Settings
from ingestion.sources.ad_accounts import meta_actions
from ingestion.sources.ad_accounts.access_token import AccessToken, in_header
from ingestion.sources.ad_accounts.account_settings import MetaAdsAccount
from ingestion.sources.ad_accounts.connecting import connected, platform_pull
from ingestion.sources.ad_accounts.meta_insights import BY_HOUR, insights, pages
from ingestion.sources.ad_accounts.reports import Asked, Level, hourly
from ingestion.sources.ad_accounts.whole_answers import place
from ingestion.sources.endpoints import Endpoint
from ingestion.sources.questions import Answer, Connected, TextRow

SOURCE = "meta_ads"
HOST = "https://graph.facebook.com"
LEVELS: dict[Level, dict[str, str]] = {
    "ad": {
        "campaign_id": "campaign_id",
        "campaign_name": "campaign_name",
        "ad_group_id": "adset_id",
        "ad_group_name": "adset_name",
        "ad_id": "ad_id",
        "ad_name": "ad_name",
    },
    "account": {},
}
METRICS = {"cost": "spend", "impressions": "impressions", "clicks": "clicks"}
ACTIONS = ("actions", "action_values")
AD_FIELDS = (
    "id,name,effective_status,campaign{id,name},adset{id,name},creative{link_url,url_tags,object_story_spec}"
)
TRY_AGAIN = (1, 2, 4, 17, 32, 341, 613, *range(80000, 80007), 80014)


def inspect(status: int, body: Any) -> Refusal | None:
    """Errors are {"error": {"code", "error_subcode", "message"}}, as a rule with HTTP 400."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    code = error.get("code")
    message = f"code {code}/{error.get('error_subcode', 0)}: {error.get('message', '')}"
    if code in (102, 190):
        return Refusal("expired_token", message)
    return Refusal("retry" if code in TRY_AGAIN else "fatal", message)


def connect(settings: Settings, account: MetaAdsAccount, endpoint: Endpoint) -> Connected:
    redactor = Redactor(endpoint.credentials.values())
    token = AccessToken(SOURCE, endpoint, redactor, in_header("Authorization", "Bearer"))
    url = f"{endpoint.base_url}/{account.api_version}"
    client = rest_client(url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=token)
    path, kind = f"act_{account.account_id}", account.conversion_kind
    found = client.get(path, params={"fields": "account_id,name,currency,timezone_name"}).json()
    own = {
        "account_id": account.account_id,
        "account_name": as_text(found.get("name")),
        "currency_code": as_text(found["currency"]),
        "time_zone": as_text(found["timezone_name"]),
    }

    def days(first: date, last: date) -> Answer:
        figures: dict[Level, list[TextRow]] = {}
        conversions: list[TextRow] = []
        for level, names in LEVELS.items():
            asked = Asked(level, METRICS, first, last)
            for result in insights(client, account, asked, names, ACTIONS):
                row, done = own | _row(result, names), meta_actions.conversions(result, kind)
                figures.setdefault(level, []).append({**row, **_row(result, METRICS), **_totals(done, kind)})
                conversions += [{**row, **one} for one in done]
        return {
            "ad_performance": figures.get("ad", []),
            "account_performance": figures.get("account", []),
            "conversions": conversions,
        }

    def report(asked: Asked) -> list[TextRow]:
        names = LEVELS[asked.level]
        results = insights(client, account, asked, names, ())
        return [{**own, **_row(one, names | METRICS), "hour": str(int(one[BY_HOUR][:2]))} for one in results]

    def ads() -> list[TextRow]:
        return [{**own, **_ad(ad)} for ad in pages(client, f"{path}/ads", {"fields": AD_FIELDS})[0]]

    return connected(
        settings, account, ZoneInfo(own["time_zone"] or ""),
        {("ad_performance", "account_performance", "conversions"): days}, {"accounts": lambda: [own], "ads": ads},
        endpoint=f"POST {path}/insights", hours=hourly(report, METRICS),
    )  # fmt: skip


def _row(result: Any, columns: Mapping[str, str]) -> dict[str, str | None]:
    named = {column: as_text(result.get(name)) for column, name in columns.items()}
    return {"report_date": as_text(result["date_start"]), **named}


def _totals(done: list[TextRow], kind: str) -> dict[str, str | None]:
    return {
        "conversions": meta_actions.total(done, kind, "conversions"),
        "conversion_value": meta_actions.total(done, kind, "conversion_value"),
        "video_views": meta_actions.total(done, "video_view", "conversions"),
    }


def _ad(ad: Any) -> dict[str, str | None]:
    creative = ad.get("creative") or {}
    link = creative.get("link_url") or place(creative, "object_story_spec.link_data.link")
    tags = creative.get("url_tags")
    return {
        "campaign_id": as_text(place(ad, "campaign.id")),
        "campaign_name": as_text(place(ad, "campaign.name")),
        "ad_group_id": as_text(place(ad, "adset.id")),
        "ad_group_name": as_text(place(ad, "adset.name")),
        "ad_id": as_text(ad["id"]),
        "ad_name": as_text(ad.get("name")),
        "status": as_text(ad.get("effective_status")),
        "landing_url": f"{link}{'&' if '?' in link else '?'}{tags}" if link and tags else link,
    }


pull = platform_pull(SOURCE, HOST, connect)
