"""Google Ads: `googleAds:search` of one client account → the tables of ad platforms.

Spend in micros of the account's currency. Report dates are the account's own days (`customer.time_zone`), hours
`segments.hour` of them; conversions too are told by the hour, that of the interaction. Rows that are all zero are not
returned by the platform. Conversions are booked on the day of the interaction, within the window that each conversion
action has set. The balance is what is left of the approved account budget (accounts that pay by card have none), the
daily budget the sum of the budgets of enabled campaigns, a shared one once.
"""

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.exact_json import as_text
from ingestion.redaction import Redactor
from ingestion.rest_client import Refusal, api_session, rest_client
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.access_token import AccessToken, in_header
from ingestion.sources.ad_accounts.account_settings import GoogleAdsAccount
from ingestion.sources.ad_accounts.connecting import State, connected, platform_pull
from ingestion.sources.ad_accounts.google_query import of_account, search
from ingestion.sources.ad_accounts.reports import LEVELS, Asked, daily, hourly
from ingestion.sources.endpoints import Endpoint
from ingestion.sources.questions import Answer, Connected, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "google_ads"
HOST = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"
#: Our column → GAQL name. video_trueview_views was video_views before v22.
AD = {
    "campaign_id": "campaign.id",
    "campaign_name": "campaign.name",
    "ad_group_id": "ad_group.id",
    "ad_group_name": "ad_group.name",
    "ad_id": "ad_group_ad.ad.id",
    "ad_name": "ad_group_ad.ad.name",
}
METRICS = {
    "cost_micros": "metrics.cost_micros",
    "impressions": "metrics.impressions",
    "clicks": "metrics.clicks",
    "conversions": "metrics.conversions",
    "conversion_value": "metrics.conversions_value",
    "video_views": "metrics.video_trueview_views",
}
KEYWORDS = {
    **{column: name for column, name in AD.items() if column not in ("ad_id", "ad_name")},
    "keyword_id": "ad_group_criterion.criterion_id",
    "keyword_text": "ad_group_criterion.keyword.text",
    "match_type": "ad_group_criterion.keyword.match_type",
    **{column: METRICS[column] for column in ("cost_micros", "impressions", "clicks", "conversions")},
}
ACTIONS = {"action": "segments.conversion_action_name", "conversions": METRICS["conversions"],
           "conversion_value": METRICS["conversion_value"]}  # fmt: skip
#: As the account has set the windows of its actions.
DECLARED = {"is_counted": "true", "is_canonical": "true", "attribution_window": "account", "touch_type": "any",
            "time_basis": "touch"}  # fmt: skip
DAY, HOUR = {"report_date": "segments.date"}, {"hour": "segments.hour"}


def connect(settings: Settings, account: GoogleAdsAccount, endpoint: Endpoint) -> Connected:
    client = _client(account, endpoint)
    path = f"{account.api_version}/customers/{account.account_id}/googleAds:search"
    customer = _customer(client, path)

    def report(asked: Asked) -> list[TextRow]:
        columns = {
            **DAY,
            **(HOUR if asked.by_hour else {}),
            **(AD if asked.is_by_ad else {}),
            **asked.metrics,
        }
        resource = "ad_group_ad" if asked.is_by_ad else "customer"
        return of_account(customer, search(client, path, resource, columns, (asked.first, asked.last)))

    def conversions(first: date, last: date) -> Answer:
        rows = [row for level in LEVELS for row in report(Asked(level, ACTIONS, first, last))]
        return {"conversions": [{**row, **DECLARED, "counts_as": row["action"]} for row in rows]}

    def keywords(first: date, last: date) -> Answer:
        rows = search(client, path, "keyword_view", DAY | KEYWORDS, (first, last))
        return {"keyword_performance": of_account(customer, rows)}

    def ads() -> list[TextRow]:
        columns = AD | {"status": "ad_group_ad.status", "landing_url": "ad_group_ad.ad.final_urls"}
        return of_account(customer, search(client, path, "ad_group_ad", columns))

    days = {
        ("ad_performance", "account_performance"): daily(report, METRICS),
        ("conversions",): conversions,
        ("keyword_performance",): keywords,
    }
    states: dict[str, State] = {"accounts": lambda: [customer | _money(client, path)], "ads": ads}
    return connected(
        settings, account, ZoneInfo(customer["time_zone"] or ""), days, states,
        endpoint=f"POST {path}", hours=hourly(report, METRICS),
    )  # fmt: skip


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

    can_fetch, bearer = "refresh_token" in given, in_header("Authorization", "Bearer")
    auth = AccessToken(SOURCE, endpoint, redactor, bearer, fetch if can_fetch else None)
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
    names = ("id", "descriptive_name", "currency_code", "time_zone")
    query = f"SELECT {', '.join(f'customer.{name}' for name in names)} FROM customer LIMIT 1"
    customer = client.post(path, json={"query": query}).json()["results"][0]["customer"]
    return {
        "account_id": as_text(customer["id"]),
        "account_name": as_text(customer.get("descriptiveName")),
        "currency_code": as_text(customer["currencyCode"]),
        "time_zone": as_text(customer["timeZone"]),
    }


def _money(client: "RESTClient", path: str) -> dict[str, str | None]:
    """Balance and daily budget in micros; None where the account has none. An unlimited budget has no limit."""
    approved = {
        "limit": "account_budget.approved_spending_limit_micros",
        "served": "account_budget.amount_served_micros",
    }
    limits = search(client, path, "account_budget", approved, where="account_budget.status = 'APPROVED'")
    left = [int(row["limit"]) - int(row["served"] or 0) for row in limits if row["limit"]]
    campaigns = {"id": "campaign_budget.id", "amount": "campaign_budget.amount_micros"}
    of_campaigns = search(client, path, "campaign", campaigns, where="campaign.status = 'ENABLED'")
    budgets = {row["id"]: int(row["amount"]) for row in of_campaigns if row["amount"]}
    return {
        "balance_micros": str(sum(left)) if left else None,
        "daily_budget_micros": str(sum(budgets.values())) if budgets else None,
    }


pull = platform_pull(SOURCE, HOST, connect)
