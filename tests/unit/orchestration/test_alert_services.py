"""The services that people read alerts in, in their own request and response shapes, over real HTTPS and SMTP.

Each says what it refuses in its own way: the Chinese ones inside HTTP 200.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.alerts.findings import BlockingCheck, Findings
from orchestration.alerts.sending import SENT, tell
from tests.unit.orchestration.chat_services import Asked, Services, chat_services
from tests.unit.orchestration.mail_server import mail_server
from tests.unit.orchestration.published_company import DAY

KEY = "3c2f4A7e-9b1d-4e55-8a60-1f2e3d4c5b6a"
FINDINGS = Findings(
    [BlockingCheck("数据到齐", "raw/app_events/events", "12 rows")], [], [], [], [], "CNY", DAY
)
TITLE, LINE = "运营数仓：未发布", "• 数据到齐 (raw/app_events/events): 12 rows"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    with chat_services(tmp_path) as started:
        for name, value in started.environment.items():
            monkeypatch.setenv(name, value)
            monkeypatch.setenv(name.lower(), value)
        yield started


def signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def told(services: Services, folder: Path, url: str, host: str, answer: tuple[int, str]) -> tuple[str, Asked]:
    services.answers[host] = answer
    (outcome,) = tell(folder, FINDINGS, [url], {})
    return outcome, services.asked[-1]


def is_now(timestamp: str, unit: float) -> bool:
    return abs(int(timestamp) * unit - time.time()) < 60


def test_feishu(services: Services, tmp_path: Path) -> None:
    host = "open.feishu.cn"
    refused = (200, '{"code":19024,"data":{},"msg":"Key Words Not Found"}')
    outcome, _ = told(services, tmp_path, f"feishu://{KEY}", host, refused)
    assert outcome == (
        "alert 1 of 1 (feishu): not sent (19024: Key Words Not Found), the next run tries again"
    )
    taken = (200, '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}')
    outcome, asked = told(services, tmp_path, f"feishu://{KEY}", host, taken)
    assert outcome.endswith("(feishu): sent")
    assert (asked.host, asked.path, asked.query) == (host, f"/open-apis/bot/v2/hook/{KEY}", {})
    assert asked.body["msg_type"] == "text"
    text = asked.body["content"]["text"]
    assert text.startswith(f"{TITLE}\n")
    assert LINE in text
    _, asked = told(services, tmp_path, f"feishu://s3cret@{KEY}", host, taken)
    assert is_now(asked.body["timestamp"], 1)
    assert asked.body["sign"] == signature(f"{asked.body['timestamp']}\ns3cret", "")


def test_dingtalk(services: Services, tmp_path: Path) -> None:
    host, secret = "oapi.dingtalk.com", "SEC0a1b2c3d4e5f"
    refused = (200, '{"errcode":310000,"errmsg":"description:sign not match;solution:…"}')
    url = f"dingtalk://{secret}@{KEY}/13800138000"
    outcome, _ = told(services, tmp_path, url, host, refused)
    assert "not sent (310000: description:sign not match;solution:…)" in outcome
    outcome, asked = told(services, tmp_path, url, host, (200, '{"errcode":0,"errmsg":"ok"}'))
    assert outcome.endswith("(dingtalk): sent")
    assert (asked.path, asked.query["access_token"]) == ("/robot/send", [KEY])
    ((timestamp,), (sign,)) = asked.query["timestamp"], asked.query["sign"]
    assert is_now(timestamp, 0.001)
    assert sign == signature(secret, f"{timestamp}\n{secret}"), "escaped once"
    assert asked.body["msgtype"] == "text"
    assert asked.body["text"]["content"].startswith(TITLE)
    assert asked.body["at"] == {"atMobiles": ["13800138000"], "isAtAll": False}


def test_wecom(services: Services, tmp_path: Path) -> None:
    host, url = "qyapi.weixin.qq.com", f"wecombot://{KEY}"
    refused = (200, f'{{"errcode":93000,"errmsg":"invalid webhook url {KEY}, from ip: 203.0.113.7"}}')
    outcome, _ = told(services, tmp_path, url, host, refused)
    assert "not sent (93000: invalid webhook url …, from ip: 203.0.113.7)" in outcome
    outcome, asked = told(services, tmp_path, url, host, (200, '{"errcode":0,"errmsg":"ok"}'))
    assert outcome.endswith("(wecombot): sent")
    assert (asked.path, asked.query) == ("/cgi-bin/webhook/send", {"key": [KEY]})
    assert LINE in asked.body["text"]["content"]
    assert len(asked.body["text"]["content"].encode()) <= 2048


def test_slack(services: Services, tmp_path: Path) -> None:
    host, token = "hooks.slack.com", ("T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ")
    url = f"slack://{'/'.join(token)}/"
    outcome, _ = told(services, tmp_path, url, host, (403, "invalid_token"))
    assert outcome.endswith("(slack): not sent, the next run tries again")
    outcome, asked = told(services, tmp_path, url, host, (200, "ok"))
    assert outcome.endswith("(slack): sent")
    assert asked.path == f"/services/{'/'.join(token)}"
    (attachment,) = asked.body["attachments"]
    assert attachment["title"] == TITLE
    assert LINE in attachment["text"]


def test_a_proxy_that_answers_itself_is_no_service(services: Services, tmp_path: Path) -> None:
    for answer, why in (((502, "<html>bad gateway</html>"), "HTTP 502"), ((200, "[]"), "HTTP 200")):
        outcome, _ = told(services, tmp_path, f"wecombot://{KEY}", "qyapi.weixin.qq.com", answer)
        assert f"not sent ({why})" in outcome
    (outcome,) = tell(tmp_path, FINDINGS, ["feishu://"], {})
    assert "not sent (the URL has no token)" in outcome


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (outcome,) = tell(tmp_path, FINDINGS, [f"dingtalk://{KEY}"], {})
    assert "not sent (ProxyError)" in outcome
    assert KEY not in outcome + (tmp_path / SENT).read_text("utf-8")


def test_mail(tmp_path: Path) -> None:
    with mail_server() as (port, messages):
        url = f"mailto://ops:pass@example.com:{port}?smtp=127.0.0.1&to=team@example.com&from=ops@example.com"
        (outcome,) = tell(tmp_path, FINDINGS, [url], {})
    assert outcome.endswith("(mailto): sent")
    (message,) = messages
    assert (message["to"], message["subject"]) == ("team@example.com", TITLE)
    body = message.get_body(("plain", "html"))
    assert body is not None
    assert LINE in body.get_content()
