"""Emulates the Douyin open platform (抖音开放平台): tokens, video list and data/external.

As at the platform: errors come as `data.error_code` in HTTP 200, days are T+1 and of the last 30, an item's counters
are those of the last whole day, and ids hold characters that must be encoded in an address.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind

DAYS_TOLD, READY_HOUR, LARGEST_PAGE = 30, 10, 20
_ZONE = ZoneInfo("Asia/Shanghai")


class Douyin:
    """Accounts by open_id: `fans` by date, `videos` with `counters` by date. One authorisation for all of them."""

    #: Seconds that the refresh token still lives.
    refresh_expires_in = 25 * 24 * 3600
    #: Whether item/base answers a list of dated counters.
    answers_lists = False

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime) -> None:
        self._accounts = accounts
        ready = as_of.astimezone(_ZONE) - timedelta(hours=READY_HOUR)
        self._last_day = ready.date() - timedelta(days=1)
        self._refresh_token = DEMO_CREDENTIALS["douyin"]["refresh_token"]
        self._renewals = 0
        self._issued = 0

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if request.path.startswith("/oauth/"):
            return self._token(request)
        if fault == "quota":
            return _error(28003017, "quota已用完")
        if fault == "expired_token":
            self._issued += 1
        if request.headers.get("access-token") != self._access_token:
            return _error(2190008, "access_token已过期")
        account = self._accounts.get(request.query.get("open_id", ""))
        if account is None:
            return _error(2190002, "access_token无效") if fault else _error(2100005, "参数不合法")
        if request.path == "/api/douyin/v1/video/video_list/":
            return self._videos(account, request.query, fault)
        if request.path == "/data/external/user/fans/":
            return self._fans(account, request.query)
        if request.path == "/data/external/item/base/":
            return self._item(account, request.query)
        return _error(2190004, "应用未获得该能力")

    @property
    def _access_token(self) -> str:
        return f"act.demo-{self._issued}"

    def _token(self, request: Request) -> Answer:
        given = request.form
        if given.get("client_key") != DEMO_CREDENTIALS["douyin"]["client_key"]:
            return _error(10003, "client_key错误")
        if given.get("refresh_token") != self._refresh_token:
            return _error(10010, "refresh_token过期")
        if request.path == "/oauth/renew_refresh_token/":
            self._renewals += 1
            self._refresh_token = f"demo-douyin-refresh-{self._renewals}"
            return _data({"refresh_token": self._refresh_token, "expires_in": 30 * 24 * 3600})
        self._issued += 1
        issued = {"access_token": self._access_token, "expires_in": 15 * 24 * 3600}
        left = 30 * 24 * 3600 if self._renewals else self.refresh_expires_in
        return _data({**issued, "refresh_token": self._refresh_token, "refresh_expires_in": left})

    def _videos(self, account: Mapping[str, Any], query: Mapping[str, str], fault: Kind | None) -> Answer:
        size = min(int(query.get("count", "10")), LARGEST_PAGE)
        start = 0 if fault == "repeated_page" else int(query.get("cursor", "0"))
        videos = account["videos"]
        page = [
            {name: video[name] for name in ("item_id", "title", "create_time")} | {"video_status": 1}
            for video in videos[start : start + size]
        ]
        end = start + len(page)
        return _data({"list": page, "cursor": end, "has_more": end < len(videos)})

    def _fans(self, account: Mapping[str, Any], query: Mapping[str, str]) -> Answer:
        if query.get("date_type") not in ("7", "15", "30"):
            return _error(2100005, "参数不合法")
        first = (self._last_day - timedelta(days=int(query["date_type"]) - 1)).isoformat()
        rows = [row for row in account["fans"] if first <= row["date"] <= self._last_day.isoformat()]
        return _data({"result_list": rows})

    def _item(self, account: Mapping[str, Any], query: Mapping[str, str]) -> Answer:
        video = next((video for video in account["videos"] if video["item_id"] == query.get("item_id")), None)
        if video is None:
            return _error(2100005, "参数不合法")
        published = datetime.fromtimestamp(video["create_time"], UTC).astimezone(_ZONE).date()
        if (self._last_day - published).days >= DAYS_TOLD:
            return _error(2100005, "只支持近30天的视频")
        told = {day: row for day, row in video["counters"].items() if day <= self._last_day.isoformat()}
        if self.answers_lists:
            return _data({"result_list": [{"date": day, **row} for day, row in told.items()]})
        newest = told[max(told)] if told else {}
        return _data({"result": {**newest, "avg_play_duration": 5.2}})


def _data(data: Mapping[str, Any]) -> Answer:
    return Answer(
        {"data": {"error_code": 0, "description": "", **data}, "extra": {"error_code": 0, "logid": "demo"}}
    )


def _error(code: int, message: str) -> Answer:
    data = {"error_code": code, "description": message}
    return Answer({"data": data, "extra": {**data, "logid": "demo"}})
