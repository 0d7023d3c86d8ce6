"""Google Ads: `googleAds:search` of one client account → ad_performance, account_performance, pulls.

Figures as the API gives them: spend in micros of the account's currency, whole numbers as JSON strings,
conversions and their value as doubles (kept to 6 decimals). Report dates are the account's own days
(`customer.time_zone`). Rows that are all zero are not returned by the platform.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import requests

from ingestion.exact_json import as_text
from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Refusal, TokenAuth, api_session, rest_client
from ingestion.settings import Settings
from ingestion.sources.account_pulls import (
    STALE_AFTER,
    Connected,
    PullResults,
    Question,
    TextRow,
    pull_accounts,
)
from ingestion.sources.ad_accounts.contracts import (
    GOOGLE_ADS_ACCOUNT,
    GOOGLE_ADS_CONTRACTS,
    GOOGLE_ADS_PERFORMANCE,
)
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources_config import GoogleAdsAccount

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "google_ads"
HOST = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"
#: Doubles carry binary noise behind the digits that the platform means.
SIX_DECIMALS = Decimal("0.000001")
#: Our column → (GAQL name, path in the answer). video_trueview_views was video_views before v22.
LEVELS = {
    "campaign_id": ("campaign.id", ("campaign", "id")),
    "campaign_name": ("campaign.name", ("campaign", "name")),
    "ad_group_id": ("ad_group.id", ("adGroup", "id")),
    "ad_group_name": ("ad_group.name", ("adGroup", "name")),
    "ad_id": ("ad_group_ad.ad.id", ("adGroupAd", "ad", "id")),
    "ad_name": ("ad_group_ad.ad.name", ("adGroupAd", "ad", "name")),
}
METRICS = {
    "cost_micros": ("metrics.cost_micros", "costMicros"),
    "impressions": ("metrics.impressions", "impressions"),
    "clicks": ("metrics.clicks", "clicks"),
    "conversions": ("metrics.conversions", "conversions"),
    "conversion_value": ("metrics.conversions_value", "conversionsValue"),
    "video_views": ("metrics.video_trueview_views", "videoTrueviewViews"),
}
DOUBLES = ("conversions", "conversion_value")


def pull(
    settings: Settings,
    accounts: Sequence[GoogleAdsAccount],
    *,
    dates: Sequence[date] | None = None,
    demo_base_url: str | None = None,
) -> PullResults:
    """Land what is needed of every account. Raises SourceError for bad configuration or when none works."""
    endpoints = {account.account_id: resolve(account, HOST, demo_base_url) for account in accounts}

    def connect(account: GoogleAdsAccount) -> Connected:
        return _connect(settings, account, endpoints[account.account_id])

    return pull_accounts(settings, SOURCE, accounts, connect, GOOGLE_ADS_CONTRACTS, dates)


def _connect(settings: Settings, account: GoogleAdsAccount, endpoint: Endpoint) -> Connected:
    client = _client(account, endpoint)
    path = f"{account.api_version}/customers/{account.account_id}/googleAds:search"
    customer = _customer(client, path)
    zone = ZoneInfo(customer["time_zone"] or "")

    def ask(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        return {
            GOOGLE_ADS_PERFORMANCE.entity: _report(
                client, path, "ad_group_ad", LEVELS, customer, first, last
            ),
            GOOGLE_ADS_ACCOUNT.entity: _report(client, path, "customer", {}, customer, first, last),
        }

    contracts = (GOOGLE_ADS_PERFORMANCE, GOOGLE_ADS_ACCOUNT)
    question = Question(
        contracts, ask, f"POST {path}", account.restatement_days, settings.as_of - STALE_AFTER
    )
    last_day = settings.as_of.astimezone(zone).date() - timedelta(days=1)
    return Connected(zone, last_day, (question,))


def _client(account: GoogleAdsAccount, endpoint: Endpoint) -> "RESTClient":
    redactor = Redactor(endpoint.credentials.values())
    headers = {"developer-token": endpoint.credentials["developer_token"]}
    if account.login_customer_id:
        headers["login-customer-id"] = account.login_customer_id
    auth = _Bearer(endpoint, redactor)
    return rest_client(
        endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=auth, headers=headers
    )


class _Bearer(TokenAuth):
    """Access tokens live for an hour; the refresh token, where given, fetches another."""

    def __init__(self, endpoint: Endpoint, redactor: Redactor) -> None:
        super().__init__(_place_bearer)
        self.token = endpoint.credentials.get("access_token")
        self._endpoint, self._redactor = endpoint, redactor
        self._url = TOKEN_URL if endpoint.is_real_host else f"{endpoint.base_url}/token"

    def renew(self) -> None:
        given = self._endpoint.credentials
        if "refresh_token" not in given:
            raise ApiError("google_ads: the access token is refused; set a fresh one or give a refresh_token")
        session = api_session(self._url, platform=SOURCE, inspect=inspect, redactor=self._redactor)
        form = {name: given[name] for name in ("client_id", "client_secret", "refresh_token")}
        answer = session.post(self._url, data={"grant_type": "refresh_token", **form}).json()
        self.token = answer["access_token"]
        self._redactor.add(self.token)


def _place_bearer(request: requests.PreparedRequest, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


def inspect(status: int, body: Any) -> Refusal | None:
    """Errors are {"error": {"code", "message", "status"}}, of tokens {"error", "error_description"}."""
    error = body.get("error") if isinstance(body, dict) else None
    if error is None:
        return None
    if isinstance(error, str):
        return Refusal("fatal", f"{error}: {body.get('error_description', '')}")
    kind = error.get("status", "")
    message = f"{kind}: {error.get('message', '')}"
    if kind in ("RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "ABORTED"):
        return Refusal("retry", message)
    return Refusal("expired_token" if kind == "UNAUTHENTICATED" else "fatal", message)


def _customer(client: "RESTClient", path: str) -> dict[str, str | None]:
    query = (
        "SELECT customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone "
        "FROM customer LIMIT 1"
    )
    customer = client.post(path, json={"query": query}).json()["results"][0]["customer"]
    return {
        "account_id": as_text(customer["id"]),
        "account_name": as_text(customer.get("descriptiveName")),
        "currency_code": as_text(customer["currencyCode"]),
        "time_zone": as_text(customer["timeZone"]),
    }


def _report(
    client: "RESTClient",
    path: str,
    resource: str,
    levels: Mapping[str, tuple[str, tuple[str, ...]]],
    customer: Mapping[str, str | None],
    first: date,
    last: date,
) -> list[TextRow]:
    """Every row of a range. Raises ApiError unless their number and sums are those that the API states."""
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    names = ["segments.date", *(gaql for gaql, _ in levels.values()), *(gaql for gaql, _ in METRICS.values())]
    query = (
        f"SELECT {', '.join(names)} FROM {resource} "
        f"WHERE segments.date BETWEEN '{first}' AND '{last}' ORDER BY segments.date"
    )
    settings = {"returnTotalResultsCount": True, "returnSummaryRow": True}
    rows: list[TextRow] = []
    stated: dict[str, Any] = {}
    seen_pages: set[str] = set()
    for page in client.paginate(
        path,
        method="POST",
        json={"query": query, "searchSettings": settings},
        paginator=JSONResponseCursorPaginator(cursor_path="nextPageToken", cursor_body_path="pageToken"),
        data_selector="results",
        hooks={"response": []},
    ):
        body = page.response.json()
        stated |= {name: body[name] for name in ("totalResultsCount", "summaryRow") if name in body}
        rows.extend(_row(result, levels, customer) for result in page)
        token = body.get("nextPageToken")
        if token in seen_pages:
            raise ApiError(f"google_ads {resource}: the same page was announced twice")
        seen_pages |= {token} if token else set()
    _compare(resource, rows, stated)
    return rows


def _row(result: Any, levels: Mapping[str, Any], customer: Mapping[str, str | None]) -> TextRow:
    row = {**customer, "report_date": as_text(result["segments"]["date"])}
    row |= {column: as_text(_at(result, place)) for column, (_, place) in levels.items()}
    for column, (_, name) in METRICS.items():
        # A zero may be left out of the answer, as protobuf leaves out defaults.
        value = result.get("metrics", {}).get(name, 0)
        row[column] = as_text(_six_decimals(value) if column in DOUBLES else value)
    return row


def _at(result: Any, place: Iterable[str]) -> Any:
    for name in place:
        result = result.get(name, {})
    return result if result != {} else None


def _six_decimals(value: Any) -> Decimal:
    return Decimal(value).quantize(SIX_DECIMALS, ROUND_HALF_UP)


def _compare(resource: str, rows: Sequence[TextRow], stated: Mapping[str, Any]) -> None:
    count = stated.get("totalResultsCount")
    if count is not None and int(count) != len(rows):
        raise ApiError(f"google_ads {resource}: {len(rows)} rows came, the API states {count}")
    totals = stated.get("summaryRow", {}).get("metrics", {})
    for column, (_, name) in METRICS.items():
        if column not in DOUBLES and name in totals:
            total = sum(int(row[column] or 0) for row in rows)
            if total != int(totals[name]):
                raise ApiError(f"google_ads {resource}: {column} adds up to {total}, stated {totals[name]}")
