"""Google Analytics 4, `properties/…:runReport` of the Data API → sessions by source and medium, pulls.

Days are those of the property (`metadata.timeZone`); GA4 restates a day for up to three days. Days without a session
have no row. An answer says whether it is sampled, thresholded or has rare values put together as (other): kept on
each row. Users are distinct per row and are never added up.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.channel_accounts import Ga4Account
from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, rest_client
from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults, pull_accounts
from ingestion.sources.channels.contracts import GA4_CONTRACTS, GA4_SESSIONS
from ingestion.sources.channels.google_errors import inspect
from ingestion.sources.channels.signed_tokens import ServiceAccountToken
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources.questions import STALE_AFTER, Connected, Question, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "ga4"
HOST = "https://analyticsdata.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
PAGE_SIZE = 10_000
#: Our column → the platform's name.
DIMENSIONS = {"date": "date", "source": "sessionSource", "medium": "sessionMedium"}
METRICS = {
    "sessions": "sessions",
    "engaged_sessions": "engagedSessions",
    "total_users": "totalUsers",
    "new_users": "newUsers",
}


def pull(
    settings: Settings,
    accounts: Sequence[Ga4Account],
    *,
    dates: Sequence[date] | None = None,
    demo_base_url: str | None = None,
) -> PullResults:
    """Land what is needed of every property. Raises SourceError for bad configuration or when none works."""
    endpoints = {account.account_id: resolve(account, HOST, demo_base_url) for account in accounts}

    def connect(account: Ga4Account) -> Connected:
        return _connect(settings, account, endpoints[account.account_id])

    return pull_accounts(settings, SOURCE, accounts, connect, GA4_CONTRACTS, dates)


def _connect(settings: Settings, account: Ga4Account, endpoint: Endpoint) -> Connected:
    redactor = Redactor(endpoint.credentials.values())
    auth = ServiceAccountToken(SOURCE, endpoint, redactor, SCOPE, inspect)
    client = rest_client(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=auth)
    path = f"/v1beta/properties/{account.account_id}:runReport"
    yesterday = settings.as_of.date() - timedelta(days=1)
    zone = ZoneInfo(_page(client, path, yesterday, yesterday, 0, 1)["metadata"]["timeZone"])
    ours: dict[str, str | None] = {"app_id": account.app_id, "account_id": account.account_id}

    def ask(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        return {GA4_SESSIONS.entity: [ours | row for row in _rows(client, path, first, last)]}

    question = Question(
        (GA4_SESSIONS,), ask, f"POST {path}", account.restatement_days, settings.as_of - STALE_AFTER, "date"
    )
    return Connected(zone, settings.as_of.astimezone(zone).date() - timedelta(days=1), (question,))


def _page(client: "RESTClient", path: str, first: date, last: date, offset: int, limit: int) -> Any:
    body = {
        "dateRanges": [{"startDate": first.isoformat(), "endDate": last.isoformat()}],
        "dimensions": [{"name": name} for name in DIMENSIONS.values()],
        "metrics": [{"name": name} for name in METRICS.values()],
        "orderBys": [{"dimension": {"dimensionName": name}} for name in DIMENSIONS.values()],
        "offset": str(offset),
        "limit": str(limit),
    }
    return client.post(path, json=body).json()


def _rows(client: "RESTClient", path: str, first: date, last: date) -> list[dict[str, str | None]]:
    rows: list[dict[str, str | None]] = []
    total = None
    while total is None or len(rows) < total:
        page = _page(client, path, first, last, len(rows), PAGE_SIZE)
        names = [header["name"] for header in (*page["dimensionHeaders"], *page["metricHeaders"])]
        if names != [*DIMENSIONS.values(), *METRICS.values()]:
            raise ApiError(f"{SOURCE}: answered the columns {', '.join(names)}")
        if total is not None and total != page.get("rowCount", 0):
            raise ApiError(
                f"{SOURCE}: the report changed while it was read; the next run asks again", "not_ready"
            )
        total = page.get("rowCount", 0)
        found = page.get("rows") or []
        if not found and len(rows) < total:
            raise ApiError(f"{SOURCE}: {len(rows)} of {total} rows came, then an empty page")
        rows.extend(_row(page["metadata"], row) for row in found)
    return rows


def _row(metadata: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str | None]:
    values = [value["value"] for value in (*row["dimensionValues"], *row["metricValues"])]
    found = dict(zip((*DIMENSIONS, *METRICS), values, strict=True))
    day = found["date"]
    return {
        **found,
        "date": f"{day[:4]}-{day[4:6]}-{day[6:]}",
        "is_sampled": str(bool(metadata.get("samplingMetadatas"))).lower(),
        "is_thresholded": str(bool(metadata.get("subjectToThresholding"))).lower(),
        "has_other_row": str(bool(metadata.get("dataLossFromOtherRow"))).lower(),
    }
