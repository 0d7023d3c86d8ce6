"""The group bots of 飞书, 钉钉 and 企业微信: URLs as apprise writes them, sent here.

All three answer HTTP 200 to what they refuse (a wrong key, a missing keyword, too many messages) and say so in the
body, which apprise does not read; it also escapes the signature of 钉钉 twice, and has none for 飞书.

    feishu://[SECRET@]TOKEN    dingtalk://[SECRET@]TOKEN[/MOBILE...]    wecombot://KEY

SECRET: where the bot asks for a signature (签名校验, 加签).
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

#: Seconds to connect, and to answer.
TIMEOUT = (5, 15)
#: Of what a service says about a refusal.
_REASON = 120


class NotDelivered(Exception):
    """The message did not arrive; the text says why, without secrets."""


@dataclass(frozen=True)
class Message:
    """A POST of JSON."""

    url: str
    body: Mapping[str, Any]
    query: Mapping[str, str] = field(default_factory=dict)


def is_chat_bot(url: str) -> bool:
    return urlsplit(url).scheme in _BOTS


def send(url: str, text: str) -> None:
    """Raises NotDelivered unless the service says that it took the message."""
    import requests

    parts = urlsplit(url)
    secret, _, token = parts.netloc.rpartition("@")
    if not token:
        raise NotDelivered("the URL has no token")
    targets = [unquote(part) for part in parts.path.split("/") if part]
    message = _BOTS[parts.scheme](unquote(token), unquote(secret), targets, text)
    try:
        answer = requests.post(message.url, params=message.query, json=message.body, timeout=TIMEOUT)
    except requests.RequestException as error:
        raise NotDelivered(type(error).__name__) from None  # its text holds the URL
    try:
        said = answer.json()
        code = said.get("errcode", said.get("code", said.get("StatusCode")))
    except (ValueError, AttributeError):
        raise NotDelivered(f"HTTP {answer.status_code}") from None
    if answer.status_code != 200 or code != 0:
        reason = " ".join(str(said.get("errmsg") or said.get("msg") or "").split())
        for known in (token, secret):
            reason = reason.replace(known, "…") if known else reason
        raise NotDelivered(f"{code}: {reason[:_REASON]}")


def _feishu(token: str, secret: str, targets: list[str], text: str) -> Message:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        now = str(int(time.time()))
        body |= {"timestamp": now, "sign": _sign(f"{now}\n{secret}", "")}
    return Message(f"https://open.feishu.cn/open-apis/bot/v2/hook/{token}", body)


def _dingtalk(token: str, secret: str, targets: list[str], text: str) -> Message:
    body: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
    if targets:
        body["at"] = {"atMobiles": targets, "isAtAll": False}
    query = {"access_token": token}
    if secret:
        now = str(int(time.time() * 1000))
        query |= {"timestamp": now, "sign": _sign(secret, f"{now}\n{secret}")}
    return Message("https://oapi.dingtalk.com/robot/send", body, query)


def _wecom(token: str, secret: str, targets: list[str], text: str) -> Message:
    body = {"msgtype": "text", "text": {"content": text}}
    return Message("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", body, {"key": token})


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


_BOTS: Mapping[str, Callable[[str, str, list[str], str], Message]] = {
    "feishu": _feishu,
    "dingtalk": _dingtalk,
    "wecombot": _wecom,
}
