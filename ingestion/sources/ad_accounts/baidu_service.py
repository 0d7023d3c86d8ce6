"""How services of Baidu marketing (百度营销) are asked: the token stands in the body, and so does the outcome.

Questions are {"header": {"userName", "accessToken"}, "body"}, answers {"header": {"status", "failures"}, "body"}.
Status 1 means that only part came: it is not a whole answer, is tried again, and then fails. Codes of limits and
expired tokens are [?] (`retry_codes`, `expired_codes` add to those here).
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests

from ingestion.rest_client import Inspect, Refusal
from ingestion.sources.ad_accounts.account_settings import BaiduAdsAccount
from ingestion.sources.ad_accounts.coded_answers import with_own_codes
from ingestion.sources.ad_accounts.rotating_token import Exchange, Issued

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

TRY_AGAIN = (8204, 8206)
EXPIRED = (8101, 8102)


def inspect_of(account: BaiduAdsAccount) -> Inspect:
    retry, expired = with_own_codes(account, TRY_AGAIN, EXPIRED)

    def inspect(status: int, body: Any) -> Refusal | None:
        header = body.get("header") if isinstance(body, dict) else None
        if not isinstance(header, dict) or "status" not in header:
            return Refusal("retry", "the answer has no `header.status`") if status == 200 else None
        if header["status"] == 0:
            return None
        failures = header.get("failures") or [{}]
        code = int(failures[0].get("code") or 0)
        partial = "only part came, " if header["status"] == 1 else ""
        message = f"{partial}status {header['status']}, code {code}: {failures[0].get('message', '')}"
        if code in expired:
            return Refusal("expired_token", message)
        return Refusal("retry" if code in retry or header["status"] in (1, 3) else "fatal", message)

    return inspect


def post(client: "RESTClient", account: BaiduAdsAccount, path: str, body: Mapping[str, Any]) -> Any:
    """`data` of the answer. The token is placed when the request is sent."""
    header = {"userName": account.user_name, "accessToken": ""}
    return client.post(path, json={"header": header, "body": body}).json()["body"]["data"]


def _exchange_body(credentials: Mapping[str, str], refresh_token: str) -> dict[str, Any]:
    application = {"appId": credentials["app_id"], "secretKey": credentials["secret_key"]}
    return {**application, "refreshToken": refresh_token, "userId": int(credentials["user_id"])}


def _issued(answer: Any) -> Issued:
    return Issued(answer["data"]["accessToken"], answer["data"].get("refreshToken"))


def _inspect_token(status: int, body: Any) -> Refusal | None:
    """{"code", "message", "data"}; a refused refresh token (894062 and its neighbours) is refused for good."""
    if not isinstance(body, dict) or "code" not in body:
        return Refusal("retry", "the answer has no `code`") if status == 200 else None
    return None if body["code"] == 0 else Refusal("fatal", f"code {body['code']}: {body.get('message')}")


def _place(request: requests.PreparedRequest, token: str) -> None:
    assert isinstance(request.body, bytes), "every request of this platform posts JSON"
    body = json.loads(request.body)
    body["header"]["accessToken"] = token
    request.body = json.dumps(body).encode()
    request.prepare_content_length(request.body)


EXCHANGE = Exchange(
    "baidu_ads", "https://u.baidu.com/oauth/refreshToken", _exchange_body, _inspect_token, _issued, _place
)
