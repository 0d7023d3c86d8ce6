"""App Store Connect analytics reports → analytics, pulls.

An ONGOING report request lets Apple make an instance of each report a day; the first one comes 24–48 h after the
request, which this connector makes when there is none (or when Apple stopped it because nobody read it). An instance
(`processingDate`) holds rows of several days (`Date`) and replaces what earlier instances said of these days: its
`pulls.report_date` is the processing date, and one that cannot be read whole does not stop the others. Instances live
for 35 days. A day is whole after about two days; rows of fewer than five users are left out by Apple. Segments are
gzip TSV behind an address that needs no token. The names of the reports [?] are those of Apple's standard reports;
`reports` in sources.yaml renames them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.channel_accounts import AppStoreAccount
from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, ApiSession, Refusal, api_session, rest_client
from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults, pull_accounts
from ingestion.sources.channels.app_store_segments import GZIP_TEXT, segment_rows
from ingestion.sources.channels.contracts import APP_STORE_ANALYTICS, APP_STORE_CONTRACTS
from ingestion.sources.channels.signed_tokens import AppleToken
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources.questions import STALE_AFTER, Connected, Question, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "app_store"
HOST = "https://api.appstoreconnect.apple.com"
ZONE = ZoneInfo("UTC")
DAYS_KEPT = 35
#: A segment that ends early three times is broken at Apple's side; the next run asks again.
FILE_TRIES = 3
REPORTS = {
    "engagement": "App Store Discovery and Engagement Standard",
    "downloads": "App Downloads Standard",
    "installations": "App Store Installation and Deletion Standard",
}


def pull(
    settings: Settings,
    accounts: Sequence[AppStoreAccount],
    *,
    dates: Sequence[date] | None = None,
    demo_base_url: str | None = None,
) -> PullResults:
    """Land what is needed of every app. Raises SourceError for bad configuration or when none works."""
    endpoints = {account.account_id: resolve(account, HOST, demo_base_url) for account in accounts}

    def connect(account: AppStoreAccount) -> Connected:
        return _connect(settings, account, endpoints[account.account_id])

    return pull_accounts(settings, SOURCE, accounts, connect, APP_STORE_CONTRACTS, dates)


def inspect(status: int, body: Any) -> Refusal | None:
    """{"errors": [{"status", "code", "title", "detail"}]}."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not errors:
        return None
    words = "; ".join(f"{error.get('code')}: {error.get('detail') or error.get('title')}" for error in errors)
    return Refusal("expired_token" if status == 401 else "fatal", words)


def _connect(settings: Settings, account: AppStoreAccount, endpoint: Endpoint) -> Connected:
    redactor = Redactor(endpoint.credentials.values())
    auth = AppleToken(endpoint, redactor)
    auth.renew()
    client = rest_client(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=auth)
    files = api_session(
        endpoint.base_url, platform=SOURCE, inspect=lambda *_: None, redactor=redactor, reader=GZIP_TEXT
    )
    files.waits = replace(files.waits, attempts=FILE_TRIES)
    names = REPORTS | account.reports
    ours: dict[str, str | None] = {"app_id": account.app_id, "account_id": account.account_id}

    @cache
    def request_id() -> str:
        return _ongoing_request(client, account.account_id)

    @cache
    def instances(name: str) -> list[Mapping[str, Any]]:
        report_id = _report(client, request_id(), name)
        path = f"/v1/analyticsReports/{report_id}/instances"
        return list(_all(client, path, {"filter[granularity]": "DAILY", "limit": "200"}))

    def ask(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        rows: list[TextRow] = []
        for report, name in names.items():
            for instance in instances(name):
                processed = instance["attributes"]["processingDate"]
                if first.isoformat() <= processed <= last.isoformat():
                    place = ours | {
                        "report": report,
                        "processing_date": processed,
                        "instance_id": instance["id"],
                    }
                    rows.extend(place | row for row in _instance_rows(client, files, name, instance["id"]))
        return {APP_STORE_ANALYTICS.entity: rows}

    today = settings.as_of.astimezone(UTC).date()
    question = Question(
        (APP_STORE_ANALYTICS,), ask, "GET /v1/analyticsReportInstances", account.restatement_days,
        settings.as_of - STALE_AFTER, "processing_date", 1, today - timedelta(days=DAYS_KEPT - 1), goes_on=True,
    )  # fmt: skip
    return Connected(ZONE, today, (question,))


def _all(client: "RESTClient", path: str, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Entries of all pages; Apple gives the address of the next one."""
    page = client.get(path, params=dict(params)).json()
    while True:
        yield from page["data"]
        following = (page.get("links") or {}).get("next")
        if not following:
            return
        page = client.get(following).json()


def _ongoing_request(client: "RESTClient", apple_id: str) -> str:
    """Raises ApiError (not ready) after making a request: its first reports come a day or two later."""
    path = f"/v1/apps/{apple_id}/analyticsReportRequests"
    for request in _all(client, path, {"filter[accessType]": "ONGOING"}):
        if not request["attributes"].get("stoppedDueToInactivity"):
            return request["id"]
    body = {
        "data": {
            "type": "analyticsReportRequests",
            "attributes": {"accessType": "ONGOING"},
            "relationships": {"app": {"data": {"type": "apps", "id": apple_id}}},
        }
    }
    client.post("/v1/analyticsReportRequests", json=body)
    raise ApiError(
        f"{SOURCE}: reports were requested just now; the first ones come after 24–48 hours", "not_ready"
    )


def _report(client: "RESTClient", request_id: str, name: str) -> str:
    path = f"/v1/analyticsReportRequests/{request_id}/reports"
    found = [
        entry for entry in _all(client, path, {"filter[name]": name}) if entry["attributes"]["name"] == name
    ]
    if not found:
        raise ApiError(
            f"{SOURCE}: Apple has not made the report {name!r} yet (24–48 h after the request)", "not_ready"
        )
    return found[0]["id"]


def _instance_rows(
    client: "RESTClient", files: ApiSession, name: str, instance_id: str
) -> Iterator[dict[str, str | None]]:
    """Rows of every segment. Raises ApiError when one is missing: half an instance would replace a whole one."""
    segments = list(_all(client, f"/v1/analyticsReportInstances/{instance_id}/segments", {"limit": "200"}))
    if not segments:
        raise ApiError(f"{SOURCE} {name}: instance {instance_id} has no segment; it is not whole")
    for segment in segments:
        try:
            text = files.get(segment["attributes"]["url"]).json()
        except ApiError as error:
            raise ApiError(str(error)) from None  # of this instance alone: the API itself answers
        yield from segment_rows(name, segment["id"], text)
