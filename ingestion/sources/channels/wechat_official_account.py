"""WeChat official account (微信公众号) datacube → user_summary, user_cumulate, article_total_detail, pulls.

Days are GMT+8; yesterday is ready after 08:00. A request spans at most 7 days (stated for the two user
questions; for articles [?]). Article counters are cumulative from publication to `stat_date` and are
kept by the platform for 30 days: their `pulls.report_date` is the publication date that was asked for.
The platform counts people (`like_user`, `collection_user`); `read_count`, `share_count` are taken when sent.
Errors come in the body of HTTP 200 as `errcode`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import requests

from ingestion.channel_accounts import WechatAccount
from ingestion.exact_json import as_text
from ingestion.ready_hours import ready_moment
from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Refusal, TokenAuth, api_session, rest_client
from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults, pull_accounts
from ingestion.sources.channels.contracts import (
    WECHAT_ARTICLE_TOTAL,
    WECHAT_CONTRACTS,
    WECHAT_USER_CUMULATE,
    WECHAT_USER_SUMMARY,
)
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources.questions import STALE_AFTER, Connected, Question, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "wechat_official_account"
HOST = "https://api.weixin.qq.com"
#: Unlike /cgi-bin/token it leaves the token that the company's other systems use alive.
TOKEN_PATH = "/cgi-bin/stable_token"
ZONE = ZoneInfo("Asia/Shanghai")
WEEK = 7
#: Articles gather readers for 30 days, told once a day: asking more often would only use up the quota.
ARTICLE_DAYS = 30
MINUTE_QUOTA, DAY_QUOTA = 45011, 45009
EXPIRED = (40001, 40014, 42001)
#: Our column → names in the answer, the first that is there counts.
ARTICLE_COUNTERS = {
    "read_user": ("read_user",),
    "read_count": ("read_count",),
    "share_user": ("share_user",),
    "share_count": ("share_count",),
    "like_count": ("like_count", "like_user"),
    "comment_count": ("comment_count",),
    "collection_count": ("collection_count", "collection_user"),
}


def pull(
    settings: Settings,
    accounts: Sequence[WechatAccount],
    *,
    dates: Sequence[date] | None = None,
    demo_base_url: str | None = None,
) -> PullResults:
    """Land what is needed of every account. Raises SourceError for bad configuration or when none works."""
    endpoints = {account.account_id: resolve(account, HOST, demo_base_url) for account in accounts}

    def connect(account: WechatAccount) -> Connected:
        return _connect(settings, account, endpoints[account.account_id])

    return pull_accounts(settings, SOURCE, accounts, connect, WECHAT_CONTRACTS, dates)


def inspect(status: int, body: Any) -> Refusal | None:
    """{"errcode", "errmsg"}; success has errcode 0 or none."""
    code = body.get("errcode", 0) if isinstance(body, dict) else 0
    if code == 0:
        return None
    message = f"errcode {code}: {body.get('errmsg', '')}"
    if code in EXPIRED:
        return Refusal("expired_token", message)
    if code == MINUTE_QUOTA:
        return Refusal("retry", message, wait=60.0)
    if code == DAY_QUOTA:
        return Refusal("fatal", f"{message}; the day's quota is used up, it is renewed at midnight GMT+8")
    return Refusal("retry" if code == -1 else "fatal", message)


class _AccessToken(TokenAuth):
    def __init__(self, endpoint: Endpoint, redactor: Redactor) -> None:
        super().__init__(_place)
        self._endpoint, self._redactor = endpoint, redactor

    def renew(self) -> None:
        base_url = self._endpoint.base_url
        session = api_session(base_url, platform=SOURCE, inspect=inspect, redactor=self._redactor)
        body: Any = {
            "grant_type": "client_credential",
            "appid": self._endpoint.credentials["appid"],
            "secret": self._endpoint.credentials["secret"],
            "force_refresh": False,  # true would kill a good token and has a small daily quota
        }
        self.token = session.post(base_url + TOKEN_PATH, json=body).json()["access_token"]
        self._redactor.add(self.token)


def _place(request: requests.PreparedRequest, token: str) -> None:
    """The token is a parameter of the address."""
    parts = urlsplit(request.url or "")
    query = {**dict(parse_qsl(parts.query)), "access_token": token}
    request.url = urlunsplit(parts._replace(query=urlencode(query)))


def _connect(settings: Settings, account: WechatAccount, endpoint: Endpoint) -> Connected:
    redactor = Redactor(endpoint.credentials.values())
    auth = _AccessToken(endpoint, redactor)
    auth.renew()
    client = rest_client(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=auth)
    ours: dict[str, str | None] = {"app_id": account.app_id, "account_id": account.account_id}

    def summary(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        columns = ("ref_date", "user_source", "new_user", "cancel_user")
        return {"user_summary": _user_rows(client, "getusersummary", columns, ours, first, last)}

    def cumulate(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        columns = ("ref_date", "user_source", "cumulate_user")
        return {"user_cumulate": _user_rows(client, "getusercumulate", columns, ours, first, last)}

    def articles(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        return {"article_total_detail": _article_rows(client, ours, first, last)}

    told_at = ready_moment(account, SOURCE, settings.as_of, settings.reporting_timezone)
    days, hourly = account.restatement_days, settings.as_of - STALE_AFTER
    base = "POST /datacube/"
    questions = (
        Question((WECHAT_USER_SUMMARY,), summary, f"{base}getusersummary", days, hourly, "ref_date", WEEK),
        Question((WECHAT_USER_CUMULATE,), cumulate, f"{base}getusercumulate", days, hourly, "ref_date", WEEK),
        Question(
            (WECHAT_ARTICLE_TOTAL,), articles, f"{base}getarticletotaldetail", ARTICLE_DAYS, told_at,
            "publish_date", WEEK,
        ),
    )  # fmt: skip
    return Connected(ZONE, told_at.date() - timedelta(days=1), questions)


def _ask(client: "RESTClient", name: str, first: date, last: date) -> Any:
    body = {"begin_date": first.isoformat(), "end_date": last.isoformat()}
    answer = client.post(f"/datacube/{name}", json=body).json()
    if answer.get("is_delay"):
        raise ApiError(f"{SOURCE} {name}: the platform is still computing {first} to {last}", "not_ready")
    return answer["list"]


def _user_rows(
    client: "RESTClient",
    name: str,
    columns: Sequence[str],
    ours: Mapping[str, str | None],
    first: date,
    last: date,
) -> list[TextRow]:
    # user_cumulate has no user_source: it is the whole account (0).
    return [
        {
            **ours,
            **{
                column: as_text(row.get(column, 0 if column == "user_source" else None)) for column in columns
            },
        }
        for row in _ask(client, name, first, last)
    ]


def _article_rows(
    client: "RESTClient", ours: Mapping[str, str | None], first: date, last: date
) -> list[TextRow]:
    return [
        {
            **ours,
            "msgid": as_text(article["msgid"]),
            "title": as_text(article.get("title")),
            "publish_date": as_text(article["ref_date"]),
            "stat_date": as_text(detail["stat_date"]),
            **{column: _first(detail, names) for column, names in ARTICLE_COUNTERS.items()},
        }
        for article in _ask(client, "getarticletotaldetail", first, last)
        for detail in article["detail_list"]
    ]


def _first(detail: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((as_text(detail[name]) for name in names if name in detail), None)
