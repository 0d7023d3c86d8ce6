"""Douyin open platform (抖音开放平台) data/external → user_fans, item_base, pulls.

Days are GMT+8; a day is ready at about 10:00 of the next one (T+1). The platform tells of the last 30 days only:
followers by day, and of videos of at most 30 days a counter each, which reaches to the day before. Such a counter
cannot be asked for an earlier day, so a missed day is a gap. Nothing is told of days before the authorisation.
Paths [?]: videos are listed by /api/douyin/v1/video/video_list/, `item_base` may come as `result` or `result_list`.
Errors come in the body of HTTP 200 as `data.error_code`; 28003017 for a used-up quota is [?], unknown codes are fatal.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ingestion.channel_accounts import DouyinAccount
from ingestion.exact_json import as_text
from ingestion.ready_hours import ready_moment
from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Refusal, rest_client
from ingestion.secrets_store import TokenChain, token_key
from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults, pull_accounts
from ingestion.sources.channels.contracts import DOUYIN_CONTRACTS, DOUYIN_ITEM_BASE, DOUYIN_USER_FANS
from ingestion.sources.channels.douyin_token import DouyinToken
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources.questions import Connected, Question, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "douyin"
HOST = "https://open.douyin.com"
ZONE = ZoneInfo("Asia/Shanghai")
#: The platform tells of so many days; date_type is one of these.
DAYS_TOLD = 30
DATE_TYPES = (7, 15, 30)
PAGE_SIZE = 20
EXPIRED = (2190002, 2190008, 28001003, 28001008)
BUSY = (2100001, 2100004, 28001005)
DAY_QUOTA = 28003017
COUNTERS = ("total_play", "total_like", "total_comment", "total_share")


def pull(
    settings: Settings,
    accounts: Sequence[DouyinAccount],
    *,
    dates: Sequence[date] | None = None,
    demo_base_url: str | None = None,
) -> PullResults:
    """Land what is needed of every account. Raises SourceError for bad configuration or when none works."""
    endpoints = {account.account_id: resolve(account, HOST, demo_base_url) for account in accounts}

    def connect(account: DouyinAccount) -> Connected:
        return _connect(settings, account, endpoints[account.account_id])

    return pull_accounts(settings, SOURCE, accounts, connect, DOUYIN_CONTRACTS, dates)


def inspect(status: int, body: Any) -> Refusal | None:
    """{"data": {"error_code", "description"}, "extra": {…}}; success has error_code 0."""
    data = body.get("data") if isinstance(body, dict) else None
    code = int(data.get("error_code") or 0) if isinstance(data, dict) else 0
    if code == 0:
        return None
    assert isinstance(data, dict)
    message = f"error_code {code}: {data.get('description', '')}"
    if code in EXPIRED:
        return Refusal("expired_token", message)
    if code == DAY_QUOTA:
        return Refusal("fatal", f"{message}; the quota is used up")
    return Refusal("retry" if code in BUSY else "fatal", message)


def _connect(settings: Settings, account: DouyinAccount, endpoint: Endpoint) -> Connected:
    redactor = Redactor(endpoint.credentials.values())
    seed = endpoint.credentials["refresh_token"]
    chain = TokenChain(settings.data_dir, f"{SOURCE}-{account.account_id}", seed, token_key(endpoint.is_demo))
    auth = DouyinToken(endpoint, redactor, chain, inspect)
    auth.renew()
    client = rest_client(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=auth)
    open_id = account.open_id or account.account_id
    ours: dict[str, str | None] = {"app_id": account.app_id, "account_id": account.account_id}
    told_at = ready_moment(account, SOURCE, settings.as_of, settings.reporting_timezone)
    last_day = told_at.date() - timedelta(days=1)
    oldest_day = last_day - timedelta(days=DAYS_TOLD - 1)

    def fans(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        wanted = (last_day - first).days + 1
        date_type = next(days for days in DATE_TYPES if wanted <= days)
        query = {"open_id": open_id, "date_type": str(date_type)}
        answer = client.get("/data/external/user/fans/", params=query).json()["data"]["result_list"]
        named = {name: name for name in ("date", "new_fans", "total_fans")}
        rows = [ours | {name: as_text(row.get(key)) for name, key in named.items()} for row in answer]
        return {
            "user_fans": [row for row in rows if first.isoformat() <= (row["date"] or "") <= last.isoformat()]
        }

    def items(first: date, last: date) -> Mapping[str, Sequence[TextRow]]:
        rows = [
            ours | _item(client, open_id, video, last_day)
            for video in _videos(client, open_id, oldest_day, last_day)
        ]
        return {"item_base": rows}

    questions = (
        Question(
            (DOUYIN_USER_FANS,), fans, "GET /data/external/user/fans/", account.restatement_days, told_at,
            "date", DAYS_TOLD, oldest_day,
        ),
        Question(
            (DOUYIN_ITEM_BASE,), items, "GET /data/external/item/base/", 0, told_at, "stat_date", 1, last_day
        ),
    )  # fmt: skip
    return Connected(ZONE, last_day, questions)


def _videos(client: "RESTClient", open_id: str, oldest: date, newest: date) -> Iterator[Mapping[str, Any]]:
    """Videos published from `oldest` to `newest`, page by page. Raises ApiError when the pages do not go on."""
    cursor: Any = 0
    while True:
        query = {"open_id": open_id, "cursor": str(cursor), "count": str(PAGE_SIZE)}
        page = client.get("/api/douyin/v1/video/video_list/", params=query).json()["data"]
        for video in page["list"] or ():
            if oldest <= _published(video) <= newest:
                yield video
        if not page["has_more"]:
            return
        if page["cursor"] == cursor:
            raise ApiError(f"{SOURCE} video_list: the page after cursor {cursor} is the same page again")
        cursor = page["cursor"]


def _published(video: Mapping[str, Any]) -> date:
    return datetime.fromtimestamp(int(video["create_time"]), UTC).astimezone(ZONE).date()


def _item(
    client: "RESTClient", open_id: str, video: Mapping[str, Any], last_day: date
) -> dict[str, str | None]:
    # The client encodes the id, which holds characters such as "@" and "=".
    query = {"open_id": open_id, "item_id": video["item_id"]}
    answer = client.get("/data/external/item/base/", params=query).json()["data"]
    dated = answer.get("result_list")
    counters = max(dated, key=lambda row: row["date"]) if dated else answer["result"]
    return {
        "item_id": as_text(video["item_id"]),
        "title": as_text(video.get("title")),
        "published_date": _published(video).isoformat(),
        "stat_date": last_day.isoformat(),
        **{name: as_text(counters.get(name)) for name in COUNTERS},
    }
