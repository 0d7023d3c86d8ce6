"""Emulates the Meta marketing API: account, ads, insights at once or by a report job.

As at the platform: figures are strings, `actions` hold overlapping action types with a value per attribution window,
pages are linked by cursors (the last one has a cursor too, but no `next`), errors come with HTTP 400.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.demo.apis.ads_state import AdAccountState, Row, actions_of, add_up
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import shift

_PATH = re.compile(
    r"/v\d+\.\d+/(?:act_(?P<account>\d+)(?P<rest>/ads|/insights)?|(?P<job>\d{6,})(?P<read>/insights)?)"
)
_FIELDS = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "adset_id": "ad_group_id",
    "adset_name": "ad_group_name",
    "ad_id": "ad_id",
    "ad_name": "ad_name",
    "spend": "cost",
    "impressions": "impressions",
    "clicks": "clicks",
}
BY_HOUR = "hourly_stats_aggregated_by_advertiser_time_zone"
#: Where one action of the state shows up; the sums over places overlap the place itself.
_SHOWN_AS = ("omni_{0}", "{0}", "offsite_conversion.fb_pixel_{0}", "onsite_web_{0}")


class MetaAds:
    """Takes the one token; an `expired_token` fault refuses it for good. A job is done at the second look."""

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {name: AdAccountState(account, as_of) for name, account in accounts.items()}
        self._page_size = page_size
        self._is_revoked = False
        self._jobs: dict[str, tuple[AdAccountState, Mapping[str, Any]]] = {}
        self._looks: dict[str, int] = {}

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        self._is_revoked |= fault == "expired_token"
        if fault == "quota":
            return _error(17, "User request limit reached", 2446079)
        if self._is_revoked or request.headers.get("authorization") != f"Bearer {_TOKEN}":
            return _error(190, "Error validating access token: the session has expired.", 463)
        path = _PATH.fullmatch(request.path)
        if path is None:
            return _error(2500, "Unknown path components")
        if path["job"]:
            return self._job(path["job"], path["read"] is not None, request.query, fault)
        account = self._accounts.get(path["account"])
        if account is None:
            return _error(200, "Ad account owner has NOT grant ads_management or ads_read permission")
        if path["rest"] == "/ads":
            return self._page([_ad(ad) for ad in account.ad_list()], request.query, fault)
        if path["rest"] == "/insights" and request.method == "POST":
            number = str(600000 + len(self._jobs))
            self._jobs[number], self._looks[number] = (account, request.json), 0
            return Answer({"report_run_id": number})
        if path["rest"] == "/insights":
            return self._insights(account, request.query, request.query, fault)
        return Answer({"id": f"act_{path['account']}", "account_id": path["account"], "name": account.name,
                       "currency": account.currency_code, "timezone_name": account.time_zone})  # fmt: skip

    def _job(self, number: str, is_read: bool, query: Mapping[str, str], fault: Kind | None) -> Answer:
        if number not in self._jobs:
            return _error(100, "Unsupported get request. Object does not exist")
        account, asked = self._jobs[number]
        if is_read:
            return self._insights(account, asked, query, fault)
        self._looks[number] += 1
        if fault == "failed_job":
            return Answer({"id": number, "async_status": "Job Failed", "async_percent_completion": 30})
        if fault == "stuck_job" or self._looks[number] < 2:
            return Answer({"id": number, "async_status": "Job Running", "async_percent_completion": 40})
        return Answer({"id": number, "async_status": "Job Completed", "async_percent_completion": 100})

    def _insights(
        self, account: AdAccountState, asked: Mapping[str, Any], query: Mapping[str, str], fault: Kind | None
    ) -> Answer:
        try:
            days, fields = json.loads(asked["time_range"]), asked["fields"].split(",")
            first, last = date.fromisoformat(days["since"]), date.fromisoformat(days["until"])
        except (KeyError, ValueError) as error:
            return _error(100, f"Invalid parameter: {error}")
        windows = json.loads(asked.get("action_attribution_windows", "[]"))
        by_hour = asked.get("breakdowns") == BY_HOUR
        by_ad = asked.get("level") == "ad"
        found = account.report(first.isoformat(), last.isoformat(), by_ad=by_ad, by_hour=by_hour)
        if by_hour:  # no actions outside of the platform by the hour
            fields = [name for name in fields if name not in ("actions", "action_values")]
        rows = [
            _shape(row, fields, windows) | ({BY_HOUR: _hour(row["hour"])} if by_hour else {}) for row in found
        ]
        summary = _shape(add_up(found), fields, windows) if query.get("default_summary") and found else None
        return self._page(rows, query, fault, summary)

    def _page(
        self, rows: Sequence[Any], query: Mapping[str, str], fault: Kind | None, summary: Any = None
    ) -> Answer:
        start = int(base64.b64decode(query["after"])) if query.get("after") else 0
        size = min(int(query.get("limit", 25)), self._page_size)
        shown, _ = shift(rows, start, size, fault)
        after = base64.b64encode(str(start if fault == "cursor_loop" else start + size).encode()).decode()
        paging: dict[str, Any] = {"cursors": {"before": "MA==", "after": after}}
        if start + size < len(rows) or fault == "cursor_loop":
            paging["next"] = f"https://graph.facebook.com/next?after={after}"
        body = {"data": shown, "paging": paging}
        if summary is not None:
            extra = Decimal(summary.get("spend", "0")) + (fault == "total_mismatch")
            body["summary"] = summary | {"spend": str(extra)}
        return Answer(body)


_TOKEN = DEMO_CREDENTIALS["meta_ads"]["access_token"]


def _shape(row: Row, fields: Sequence[str], windows: Sequence[str]) -> dict[str, Any]:
    shaped: dict[str, Any] = {name: str(row.get(_FIELDS[name], "")) for name in fields if name in _FIELDS}
    if day := row.get("report_date"):
        shaped |= {"date_start": day, "date_stop": day}
    for name, column in (("actions", "conversions"), ("action_values", "conversion_value")):
        if name not in fields:
            continue
        shaped[name] = [
            {"action_type": shown.format(action["action"]), "value": str(action[column])}
            | {window: str(action[column]) for window in windows if window != "1d_view"}
            for action in actions_of(row)
            if Decimal(action["conversions"])
            for shown in _SHOWN_AS
        ]
    if row.get("video_views") and "actions" in fields:
        shaped["actions"].append({"action_type": "video_view", "value": str(row["video_views"])})
    return shaped


def _hour(hour: int) -> str:
    return f"{hour:02}:00:00 - {hour:02}:59:59"


def _ad(ad: Row) -> dict[str, Any]:
    page, _, tags = ad["landing_url"].partition("?")
    return {
        "id": ad["ad_id"],
        "name": ad["ad_name"],
        "effective_status": ad["status"],
        "campaign": {"id": ad["campaign_id"], "name": ad["campaign_name"]},
        "adset": {"id": ad["ad_group_id"], "name": ad["ad_group_name"]},
        "creative": {"link_url": page, "url_tags": tags},
    }


def _error(code: int, message: str, subcode: int = 0) -> Answer:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
    return Answer({"error": error | {"fbtrace_id": "demo"}}, 400)
