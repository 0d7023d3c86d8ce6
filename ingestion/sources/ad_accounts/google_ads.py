"""Google Ads: `googleAds:search` of one client account → the tables of ad platforms.

Figures as the API gives them: spend in micros of the account's currency, whole numbers as JSON strings,
conversions and their value as doubles (kept to 6 decimals). Report dates are the account's own days
(`customer.time_zone`). Rows that are all zero are not returned by the platform. Conversions are booked on
the day of the interaction, within the window that each conversion action has set. The balance is what is
left of the approved account budget (accounts that pay by card have none), the daily budget the sum of the
budgets of enabled campaigns, a shared one once.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.redaction import Redactor
from ingestion.rest_client import Refusal, api_session, rest_client
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.access_token import AccessToken, in_header
from ingestion.sources.ad_accounts.account_settings import GoogleAdsAccount
from ingestion.sources.ad_accounts.connecting import connected, platform_pull
from ingestion.sources.ad_accounts.whole_answers import cursor_pages, expect_count, expect_sums, place
from ingestion.sources.endpoints import Endpoint
from ingestion.sources.questions import Answer, Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "google_ads"
HOST = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"
#: Doubles carry binary noise behind the digits that the platform means.
SIX_DECIMALS = Decimal("0.000001")
#: Our column → GAQL name; the answer holds it in camel case. video_trueview_views was video_views before v22.
LEVELS = {
    "campaign_id": "campaign.id",
    "campaign_name": "campaign.name",
    "ad_group_id": "ad_group.id",
    "ad_group_name": "ad_group.name",
    "ad_id": "ad_group_ad.ad.id",
    "ad_name": "ad_group_ad.ad.name",
}
IDS = {column: name for column, name in LEVELS.items() if column.endswith("_id")}
METRICS = {
    "cost_micros": "metrics.cost_micros",
    "impressions": "metrics.impressions",
    "clicks": "metrics.clicks",
    "conversions": "metrics.conversions",
    "conversion_value": "metrics.conversions_value",
    "video_views": "metrics.video_trueview_views",
}
KEYWORDS = {
    **{column: name for column, name in LEVELS.items() if not column.startswith("ad_") or "group" in column},
    "keyword_id": "ad_group_criterion.criterion_id",
    "keyword_text": "ad_group_criterion.keyword.text",
    "match_type": "ad_group_criterion.keyword.match_type",
}
KEYWORD_METRICS = ("cost_micros", "impressions", "clicks", "conversions")
ACTIONS = {"action": "segments.conversion_action_name", "conversions": METRICS["conversions"],
           "conversion_value": METRICS["conversion_value"]}  # fmt: skip
DAY = {"report_date": "segments.date"}
DOUBLES = ("conversions", "conversion_value")


def connect(settings: Settings, account: GoogleAdsAccount, endpoint: Endpoint) -> Connected:
    client = _client(account, endpoint)
    path = f"{account.api_version}/customers/{account.account_id}/googleAds:search"
    customer = _customer(client, path)

    def performance(first: date, last: date) -> Answer:
        ads, totals = DAY | LEVELS | METRICS, DAY | METRICS
        return {
            "ad_performance": _search(client, path, "ad_group_ad", ads, customer, (first, last)),
            "account_performance": _search(client, path, "customer", totals, customer, (first, last)),
        }

    def conversions(first: date, last: date) -> Answer:
        rows = _search(client, path, "ad_group_ad", DAY | IDS | ACTIONS, customer, (first, last))
        declared = {
            "is_counted": "true",
            "is_canonical": "true",
            "attribution_window": "account",
            "touch_type": "any",
            "time_basis": "touch",
        }
        return {"conversions": [{**row, **declared, "counts_as": row["action"]} for row in rows]}

    def keywords(first: date, last: date) -> Answer:
        columns = DAY | KEYWORDS | {column: METRICS[column] for column in KEYWORD_METRICS}
        return {
            "keyword_performance": _search(client, path, "keyword_view", columns, customer, (first, last))
        }

    def ads() -> list[TextRow]:
        columns = {"status": "ad_group_ad.status", "landing_url": "ad_group_ad.ad.final_urls"}
        return _search(client, path, "ad_group_ad", LEVELS | columns, customer)

    return connected(
        settings,
        account,
        ZoneInfo(customer["time_zone"] or ""),
        {
            ("ad_performance", "account_performance"): performance,
            ("conversions",): conversions,
            ("keyword_performance",): keywords,
        },
        {"accounts": lambda: [customer | _money(client, path)], "ads": ads},
        endpoint=f"POST {path}",
    )


def _client(account: GoogleAdsAccount, endpoint: Endpoint) -> "RESTClient":
    redactor, given = Redactor(endpoint.credentials.values()), endpoint.credentials
    headers = {"developer-token": given["developer_token"]}
    if account.login_customer_id:
        headers["login-customer-id"] = account.login_customer_id
    url = TOKEN_URL if endpoint.is_real_host else f"{endpoint.base_url}/token"

    def fetch() -> Any:
        form = {name: given[name] for name in ("client_id", "client_secret", "refresh_token")}
        session = api_session(url, platform=SOURCE, inspect=inspect, redactor=redactor)
        return session.post(url, data={"grant_type": "refresh_token", **form}).json()

    can_fetch = "refresh_token" in given
    auth = AccessToken(
        SOURCE, endpoint, redactor, in_header("Authorization", "Bearer"), fetch if can_fetch else None
    )
    return rest_client(
        endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=auth, headers=headers
    )


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


def _money(client: "RESTClient", path: str) -> dict[str, str | None]:
    """Balance and daily budget in micros; None where the account has none."""
    approved = {
        "limit": "account_budget.approved_spending_limit_micros",
        "served": "account_budget.amount_served_micros",
    }
    limits = _search(client, path, "account_budget", approved, {}, where="account_budget.status = 'APPROVED'")
    # An unlimited budget has no limit in micros.
    left = [int(row["limit"]) - int(row["served"] or 0) for row in limits if row["limit"]]
    campaigns = {"id": "campaign_budget.id", "amount": "campaign_budget.amount_micros"}
    of_campaigns = _search(client, path, "campaign", campaigns, {}, where="campaign.status = 'ENABLED'")
    budgets = {row["id"]: int(row["amount"]) for row in of_campaigns if row["amount"]}
    return {
        "balance_micros": str(sum(left)) if left else None,
        "daily_budget_micros": str(sum(budgets.values())) if budgets else None,
    }


def _search(
    client: "RESTClient",
    path: str,
    resource: str,
    columns: Mapping[str, str],
    customer: Mapping[str, str | None],
    days: tuple[date, date] | None = None,
    where: str | None = None,
) -> list[TextRow]:
    """Every row of a query. Raises ApiError unless their number and sums are those that the API states."""
    query = f"SELECT {', '.join(columns.values())} FROM {resource}"
    if where is not None:
        query += f" WHERE {where}"
    if days is not None:
        query += f" WHERE segments.date BETWEEN '{days[0]}' AND '{days[1]}' ORDER BY segments.date"
    body = {"query": query, "searchSettings": {"returnTotalResultsCount": True, "returnSummaryRow": True}}
    stated: dict[str, Any] = {}

    def ask(token: str | None) -> Any:
        page = client.post(path, json=body | ({"pageToken": token} if token else {})).json()
        stated.update({name: page[name] for name in ("totalResultsCount", "summaryRow") if name in page})
        return page

    what = f"{SOURCE} {resource}"
    results, _ = cursor_pages(ask, what=what, rows="results", cursor="nextPageToken")
    rows: list[TextRow] = [{**customer, **_row(result, columns)} for result in results]
    expect_count(what, len(rows), stated.get("totalResultsCount"))
    sums = {
        column: as_text(place(stated, f"summaryRow.{_camel(name)}"))
        for column, name in columns.items()
        if name.startswith("metrics.") and column not in DOUBLES
    }
    expect_sums(what, rows, sums)
    return rows


def _row(result: Any, columns: Mapping[str, str]) -> dict[str, str | None]:
    row = {}
    for column, name in columns.items():
        value = place(result, _camel(name))
        if name.startswith("metrics."):
            # A zero may be left out of the answer, as protobuf leaves out defaults.
            value = value or 0
            value = Decimal(value).quantize(SIX_DECIMALS, ROUND_HALF_UP) if column in DOUBLES else value
        elif isinstance(value, list):
            value = value[0] if value else None
        row[column] = as_text(value)
    return row


def _camel(name: str) -> str:
    """`ad_group_ad.ad.final_urls` → `adGroupAd.ad.finalUrls`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


pull = platform_pull(SOURCE, HOST, connect)
