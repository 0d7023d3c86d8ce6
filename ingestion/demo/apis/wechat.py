"""Emulates the WeChat official account API (微信公众号): access tokens and datacube.

As at the platform: errors come as `errcode` in HTTP 200, a request spans at most 7 days and never reaches
today, article counters are cumulative, counted for 30 days, and listed under the publication date.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind

LONGEST_DAYS = 7
_ZONE = ZoneInfo("Asia/Shanghai")


class Wechat:
    """One AppID, hence one account: the first of the state file."""

    #: Whether the article figures are still being computed.
    is_delayed = False

    def __init__(self, accounts: Mapping[str, Any], as_of: datetime) -> None:
        self._account: Mapping[str, Any] = next(iter(accounts.values()), {})
        self._today = as_of.astimezone(_ZONE).date()
        self._issued = 0
        self._is_live = False

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if request.path == "/cgi-bin/stable_token":
            return self._token(request.json)
        if request.path == "/cgi-bin/token":
            return self._token(request.query)
        if fault == "quota":
            return _error(45009, "reach max api daily quota limit")
        if fault == "expired_token":
            self._is_live = False
        if not self._is_live or request.query.get("access_token") != self._access_token:
            return _error(42001, "access_token expired")
        body = request.json
        try:
            first, last = date.fromisoformat(body["begin_date"]), date.fromisoformat(body["end_date"])
        except (KeyError, ValueError):
            return _error(61500, "date format error")
        if not 0 <= (last - first).days < LONGEST_DAYS or last >= self._today:
            return _error(61501, "date range error")
        if request.path == "/datacube/getusersummary":
            return Answer({"list": self._between("user_summary", first, last)})
        if request.path == "/datacube/getusercumulate":
            return Answer({"list": self._between("user_cumulate", first, last)})
        if request.path == "/datacube/getarticletotaldetail":
            return Answer({"list": self._articles(first, last), "is_delay": self.is_delayed})
        return _error(48001, "api unauthorized")

    @property
    def _access_token(self) -> str:
        return f"demo-wechat-access-{self._issued}"

    def _token(self, given: Mapping[str, Any]) -> Answer:
        right = DEMO_CREDENTIALS["wechat_official_account"]
        if given.get("appid") != right["appid"]:
            return _error(40013, "invalid appid")
        if given.get("secret") != right["secret"]:
            return _error(40125, "invalid appsecret")
        if not self._is_live:
            self._issued, self._is_live = self._issued + 1, True
        return Answer({"access_token": self._access_token, "expires_in": 7200})

    def _between(self, name: str, first: date, last: date) -> list[Any]:
        rows = self._account.get(name, ())
        return [row for row in rows if first.isoformat() <= row["ref_date"] <= last.isoformat()]

    def _articles(self, first: date, last: date) -> list[Any]:
        return [
            {
                "ref_date": article["publish_date"],
                "msgid": article["msgid"],
                "publish_type": 0,
                "title": article["title"],
                "detail_list": [
                    self._detail(detail)
                    for detail in article["details"]
                    if detail["stat_date"] < self._today.isoformat()
                ],
            }
            for article in self._account.get("articles", ())
            if first.isoformat() <= article["publish_date"] <= last.isoformat()
        ]

    def _detail(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """The platform's names: likes and favorites are counted by people."""
        renamed = {"like_count": "like_user", "collection_count": "collection_user"}
        return {renamed.get(name, name): value for name, value in detail.items()}


def _error(code: int, message: str) -> Answer:
    return Answer({"errcode": code, "errmsg": f"{message} rid: demo"})
