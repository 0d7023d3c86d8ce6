"""Emulates the Google Ads REST API: OAuth2 token, `googleAds:search` with GAQL, paging, totals, errors.

As at the platform: int64 values are JSON strings, conversions are doubles, rows that are all zero are
left out, the summary row comes by itself after all results.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from ingestion.demo.apis.ads_state import AdAccountState, Row, actions_of, add_up
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.pages import shift

_PATH = re.compile(r"/v\d+/customers/(\d+)/googleAds:search")
_GAQL = re.compile(
    r"\s*SELECT\s+(?P<fields>[\w.,\s]+?)\s+FROM\s+(?P<resource>\w+)"
    r"(?:\s+WHERE\s+(?:account_budget|campaign)\.status\s*=\s*'(?P<status>\w+)')?"
    r"(?:\s+WHERE\s+segments\.date\s+BETWEEN\s+'(?P<first>[\d-]{10})'\s+AND\s+'(?P<last>[\d-]{10})')?"
    r"(?:\s+ORDER\s+BY\s+[\w.,\s]+?)?(?:\s+LIMIT\s+\d+)?\s*",
    re.IGNORECASE,
)
#: GAQL field → how it is read from a row of the state.
_FIELDS: dict[str, Callable[[Row], Any]] = {
    "segments.date": lambda row: row["report_date"],
    "segments.hour": lambda row: row["hour"],
    "campaign.id": lambda row: str(row["campaign_id"]),
    "campaign.name": lambda row: row["campaign_name"],
    "ad_group.id": lambda row: str(row["ad_group_id"]),
    "ad_group.name": lambda row: row["ad_group_name"],
    "ad_group_ad.ad.id": lambda row: str(row["ad_id"]),
    "ad_group_ad.ad.name": lambda row: row["ad_name"],
    "ad_group_ad.status": lambda row: row["status"],
    "ad_group_ad.ad.final_urls": lambda row: [row["landing_url"]],
    "segments.conversion_action_name": lambda row: row["action"],
    "ad_group_criterion.criterion_id": lambda row: str(row["keyword_id"]),
    "ad_group_criterion.keyword.text": lambda row: row["keyword_text"],
    "ad_group_criterion.keyword.match_type": lambda row: row["match_type"],
    "account_budget.approved_spending_limit_micros": lambda row: row["limit"],
    "account_budget.amount_served_micros": lambda row: row["served"],
    "campaign_budget.id": lambda row: row["budget_id"],
    "campaign_budget.amount_micros": lambda row: row["amount"],
    "metrics.cost_micros": lambda row: str(row["cost_micros"]),
    "metrics.impressions": lambda row: str(row["impressions"]),
    "metrics.clicks": lambda row: str(row["clicks"]),
    "metrics.conversions": lambda row: float(row["conversions"]),
    "metrics.conversions_value": lambda row: float(row["conversion_value"]),
    "metrics.video_trueview_views": lambda row: str(row.get("video_views") or 0),
}


class GoogleAds:
    """Access tokens are counted; an `expired_token` fault kills the one in use."""

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._accounts = {name: AdAccountState(account, as_of) for name, account in accounts.items()}
        self._page_size = page_size
        self._issued = 0

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if request.path == "/token":
            return self._token(request)
        if fault == "quota":
            return _error(429, "RESOURCE_EXHAUSTED", "Too many requests. Retry in 1 seconds.")
        if fault == "expired_token":
            self._issued += 1
        if request.headers.get("authorization") != f"Bearer {self._access_token}":
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if request.headers.get("developer-token") != DEMO_CREDENTIALS["google_ads"]["developer_token"]:
            return _error(401, "UNAUTHENTICATED", "The developer token is not valid.")
        path = _PATH.fullmatch(request.path)
        account = self._accounts.get(path.group(1)) if path else None
        if account is None:
            return _error(403, "PERMISSION_DENIED", "User doesn't have permission to access customer.")
        return self._search(path.group(1) if path else "", account, request.json, fault)

    @property
    def _access_token(self) -> str:
        return f"demo-google-access-{self._issued}"

    def _token(self, request: Request) -> Answer:
        given, right = request.form, DEMO_CREDENTIALS["google_ads"]
        if any(given.get(name) != right[name] for name in ("client_id", "client_secret", "refresh_token")):
            return Answer({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
        self._issued += 1
        return Answer({"access_token": self._access_token, "expires_in": 3599, "token_type": "Bearer"})

    def _search(self, customer_id: str, account: AdAccountState, body: Any, fault: Kind | None) -> Answer:
        query = _GAQL.fullmatch(body.get("query", ""))
        if query is None:
            return _error(400, "INVALID_ARGUMENT", "Error in query: unexpected input.")
        fields = [name.strip() for name in query["fields"].split(",")]
        if query["resource"] == "customer" and query["first"] is None:
            return Answer({"results": [{"customer": _customer(customer_id, account)}]})
        unknown = [name for name in fields if name not in _FIELDS]
        rows_of = _RESOURCES.get(query["resource"])
        if unknown or rows_of is None:
            return _error(400, "INVALID_ARGUMENT", f"Unrecognized fields in the query: {unknown}.")
        if "segments.hour" in fields:
            rows_of = _BY_HOUR[query["resource"]]
        rows = rows_of(account, query["first"], query["last"])
        if "segments.conversion_action_name" in fields:
            rows = [
                row | action for row in rows for action in actions_of(row) if float(action["conversions"])
            ]
        return Answer(self._page(rows, fields, body, fault))

    def _page(self, rows: Sequence[Row], fields: Sequence[str], body: Any, fault: Kind | None) -> Any:
        settings = body.get("searchSettings", {})
        start = int(base64.b64decode(body["pageToken"])) if body.get("pageToken") else 0
        shown, total = shift(rows, start, self._page_size, fault)
        answer: dict[str, Any] = {"fieldMask": ",".join(fields)}
        results = [_shape(row, fields) for row in shown]
        if results and start < len(rows):
            answer["results"] = results
        if settings.get("returnTotalResultsCount"):
            answer["totalResultsCount"] = str(total)
        end = start + self._page_size
        if start < len(rows):
            following = start if fault == "cursor_loop" else min(end, len(rows))
            answer["nextPageToken"] = base64.b64encode(str(following).encode()).decode()
        if start >= len(rows) or (end >= len(rows) and not settings.get("returnSummaryRow")):
            answer.pop("nextPageToken", None)
        if settings.get("returnSummaryRow") and start >= len(rows) and rows:
            metrics = [name for name in fields if name.startswith("metrics.")]
            answer["summaryRow"] = _shape(add_up(rows), metrics)
        return answer


def _shown(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if _is_not_zero(row)]


def _ads(account: AdAccountState, first: str | None, last: str | None) -> Sequence[Row]:
    return _shown(account.ads(first, last)) if first and last else account.ad_list()


def _hours(account: AdAccountState, first: str | None, last: str | None, *, by_ad: bool) -> Sequence[Row]:
    return _shown(account.report(first or "", last or "", by_ad=by_ad, by_hour=True))


def _account_budgets(account: AdAccountState, _first: str | None, _last: str | None) -> Sequence[Row]:
    """The approved budget of an account that pays by invoice: a limit, of which a part was served."""
    if account.balance is None:
        return []
    served = 5_000_000
    return [{"limit": str(int(Decimal(account.balance) * 1_000_000) + served), "served": str(served)}]


def _campaigns(account: AdAccountState, _first: str | None, _last: str | None) -> Sequence[Row]:
    """Two enabled campaigns share the one budget of the state."""
    amount = account.daily_budget
    micros = str(int(Decimal(amount) * 1_000_000)) if amount is not None else None
    return [{"budget_id": "9001", "amount": micros}] * 2 if micros else []


#: GAQL resource → its rows; without dates they are the present state.
_RESOURCES: dict[str, Callable[[AdAccountState, str | None, str | None], Sequence[Row]]] = {
    "ad_group_ad": _ads,
    "customer": lambda account, first, last: _shown(account.totals(first or "", last or "")),
    "keyword_view": lambda account, first, last: _shown(account.keywords(first or "", last or "")),
    "account_budget": _account_budgets,
    "campaign": _campaigns,
}
_BY_HOUR: dict[str, Callable[[AdAccountState, str | None, str | None], Sequence[Row]]] = {
    "ad_group_ad": lambda account, first, last: _hours(account, first, last, by_ad=True),
    "customer": lambda account, first, last: _hours(account, first, last, by_ad=False),
}


def _customer(customer_id: str, account: AdAccountState) -> dict[str, Any]:
    return {
        "resourceName": f"customers/{customer_id}",
        "id": customer_id,
        "descriptiveName": account.name,
        "currencyCode": account.currency_code,
        "timeZone": account.time_zone,
    }


def _is_not_zero(row: Row) -> bool:
    return any(float(row[name] or 0) for name in ("cost_micros", "impressions", "clicks", "conversions"))


def _shape(row: Row, fields: Sequence[str]) -> dict[str, Any]:
    """`ad_group_ad.ad.id` becomes {"adGroupAd": {"ad": {"id": …}}}."""
    shaped: dict[str, Any] = {}
    for field in fields:
        *path, name = [_camel(part) for part in field.split(".")]
        place = shaped
        for part in path:
            place = place.setdefault(part, {})
        place[name] = _FIELDS[field](row)
    return shaped


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _error(code: int, status: str, message: str) -> Answer:
    return Answer({"error": {"code": code, "message": message, "status": status, "details": []}}, code)
