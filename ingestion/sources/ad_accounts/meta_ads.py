"""Meta Ads (Facebook, Instagram) insights → the tables of ad platforms but for balances and budgets.

All figures are strings, spend in units of the account's currency, days in the account's time zone. `clicks` are all
clicks, `video_views` the action video_view. Ads are read by a report job, the account's totals at once. Conversions
stand on the day of the impression (`action_report_time`) in the account's attribution setting and in each of
`attribution_windows`; which action types count: meta_actions.py. `use_account_attribution_setting`, the summary of a
job's insights and the fields of a creative that hold the landing page are [?]. Calls are limited per account: the
codes below are tried again; a refused token (code 190) must be replaced by a person.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.redaction import Redactor
from ingestion.rest_client import Refusal, rest_client
from ingestion.settings import Settings
from ingestion.sources.ad_accounts import meta_actions
from ingestion.sources.ad_accounts.access_token import AccessToken, in_header
from ingestion.sources.ad_accounts.account_settings import MetaAdsAccount
from ingestion.sources.ad_accounts.connecting import connected, platform_pull
from ingestion.sources.ad_accounts.report_jobs import JobState, finished_job
from ingestion.sources.ad_accounts.whole_answers import cursor_pages, expect_sums, number, place
from ingestion.sources.endpoints import Endpoint
from ingestion.sources.questions import Answer, Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "meta_ads"
HOST = "https://graph.facebook.com"
PAGE_SIZE = 500
LEVELS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "ad_group_id": "adset_id",
    "ad_group_name": "adset_name",
    "ad_id": "ad_id",
    "ad_name": "ad_name",
}
METRICS = {"cost": "spend", "impressions": "impressions", "clicks": "clicks"}
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
    client = rest_client(
        f"{endpoint.base_url}/{account.api_version}",
        platform=SOURCE,
        inspect=inspect,
        redactor=redactor,
        auth=token,
    )
    path = f"act_{account.account_id}"
    asked = {"fields": "account_id,name,currency,timezone_name"}
    found = client.get(path, params=asked).json()
    own = {
        "account_id": account.account_id,
        "account_name": as_text(found.get("name")),
        "currency_code": as_text(found["currency"]),
        "time_zone": as_text(found["timezone_name"]),
    }

    def days(first: date, last: date) -> Answer:
        by_ad = _insights(client, account, "ad", first, last)
        totals = _insights(client, account, "account", first, last)
        actions = [
            (_row(row, LEVELS), meta_actions.conversions(row, account.conversion_kind)) for row in by_ad
        ]
        return {
            "ad_performance": [own | _figures(row, LEVELS, account.conversion_kind) for row in by_ad],
            "account_performance": [own | _figures(row, {}, account.conversion_kind) for row in totals],
            "conversions": [{**own, **ad, **done} for ad, all_done in actions for done in all_done],
        }

    def ads() -> list[TextRow]:
        found = _pages(client, f"{path}/ads", {"fields": AD_FIELDS})
        return [{**own, **_ad(ad)} for ad in found[0]]

    return connected(
        settings,
        account,
        ZoneInfo(own["time_zone"] or ""),
        {("ad_performance", "account_performance", "conversions"): days},
        {"accounts": lambda: [own], "ads": ads},
        endpoint=f"POST {path}/insights",
    )


def _insights(
    client: "RESTClient", account: MetaAdsAccount, level: str, first: date, last: date
) -> list[dict[str, Any]]:
    """Every row of a range. Raises ApiError unless they add up to the summary that the platform states."""
    path, what = f"act_{account.account_id}/insights", f"{SOURCE} {level} insights"
    levels = LEVELS.values() if level == "ad" else ()
    asked = {
        "level": level,
        "time_increment": "1",
        "time_range": json.dumps({"since": first.isoformat(), "until": last.isoformat()}),
        "fields": ",".join([*levels, *METRICS.values(), "actions", "action_values"]),
        "action_attribution_windows": json.dumps(account.attribution_windows),
        "action_report_time": "impression",
        "use_account_attribution_setting": "true",
    }
    summary = {"default_summary": "true"}
    if level == "ad":
        job = finished_job(_create(client, path, asked), lambda job_id: _look(client, job_id), what=what)
        rows, body = _pages(client, f"{job}/insights", summary)
    else:
        rows, body = _pages(client, path, asked | summary)
    stated = place(body, "summary") or {}
    expect_sums(
        what, [_row(row, METRICS) for row in rows], {c: number(stated.get(n)) for c, n in METRICS.items()}
    )
    return rows


def _create(client: "RESTClient", path: str, asked: dict[str, str]) -> Callable[[], str]:
    return lambda: str(client.post(path, json=asked).json()["report_run_id"])


def _look(client: "RESTClient", job_id: str) -> JobState:
    found = client.get(job_id).json()
    status, percent = found["async_status"], found.get("async_percent_completion")
    words = f"{status}, {percent} %"
    if status == "Job Completed":
        return JobState("done", words)
    return JobState("failed" if status in ("Job Failed", "Job Skipped") else "running", words)


def _pages(client: "RESTClient", path: str, asked: dict[str, str]) -> tuple[list[Any], Any]:
    def ask(after: str | None) -> Any:
        cursor = {"after": after} if after else {}
        return client.get(path, params={**asked, "limit": PAGE_SIZE, **cursor}).json()

    def next_cursor(body: Any) -> str | None:
        # The last page has a cursor too, but no `next`.
        return place(body, "paging.cursors.after") if place(body, "paging.next") else None

    return cursor_pages(ask, what=f"{SOURCE} {path.split('/')[-1]}", rows="data", cursor=next_cursor)


def _row(result: Any, columns: dict[str, str]) -> dict[str, str | None]:
    named = {column: as_text(result.get(name)) for column, name in columns.items()}
    return {"report_date": as_text(result["date_start"]), **named}


def _figures(result: Any, levels: dict[str, str], kind: str) -> dict[str, str | None]:
    done = meta_actions.conversions(result, kind)
    return {
        **_row(result, levels | METRICS),
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
