"""The one HTTP client, against a real server that answers from a script."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Refusal, TokenAuth, Waits, rest_client

Script = list[tuple[int, dict[str, str], bytes]]
SECRET = "canary-secret/+&=测"


@contextmanager
def scripted(script: Script) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """Answers one entry of the script per request, the last one for ever; yields URL and what was asked."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = script[min(len(asked), len(script) - 1)]
            asked.append((self.path, dict(self.headers)))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ok(body: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, json.dumps(body).encode()


def by_code(status: int, body: Any) -> Refusal | None:
    code = body.get("code", 0) if isinstance(body, dict) else 0
    kinds = {1: "retry", 2: "expired_token", 3: "fatal"}
    return Refusal(kinds[code], f"code {code}: {body.get('message')}") if code else None  # type: ignore[arg-type]


def client_for(url: str, waited: list[float], auth: TokenAuth | None = None, **limits: float) -> Any:
    waits = Waits(sleep=waited.append, **limits)  # type: ignore[arg-type]
    return rest_client(
        url, platform="test", inspect=by_code, redactor=Redactor([SECRET]), auth=auth, waits=waits
    )


def test_numbers_are_exact() -> None:
    body = b'{"a": 12345678901234.567, "b": 9007199254740993, "c": 0.10, "d": [1.0]}'
    with scripted([(200, {}, body)]) as (url, _):
        answer = client_for(url, []).get("x").json()
    assert answer == {
        "a": Decimal("12345678901234.567"),
        "b": 9007199254740993,
        "c": Decimal("0.10"),
        "d": [Decimal("1.0")],
    }
    assert str(answer["c"]) == "0.10"


@pytest.mark.parametrize(
    "trouble",
    [
        (429, {}, b"slow down"),
        (500, {}, b"{}"),
        (503, {}, b""),
        (200, {"Content-Length": "500"}, b'{"half'),
        (200, {}, b'{"half'),
        (200, {}, b'{"x": NaN}'),
        ok({"code": 1, "message": "busy"}),
    ],
)
def test_passing_trouble_is_waited_out(trouble: Any) -> None:
    waited: list[float] = []
    with scripted([trouble, trouble, ok({"code": 0})]) as (url, asked):
        assert client_for(url, waited).get("x").json() == {"code": 0}
    assert len(asked) == 3
    assert waited == [1.0, 2.0]


def test_gives_up_after_six_tries() -> None:
    waited: list[float] = []
    with (
        scripted([(500, {}, b"{}")]) as (url, asked),
        pytest.raises(ApiError, match=r"gave up after 6 tries"),
    ):
        client_for(url, waited).get("x")
    assert len(asked) == 6
    assert waited == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_retry_after_is_heeded_and_total_time_is_bounded() -> None:
    waited: list[float] = []
    with scripted([(429, {"Retry-After": "7"}, b"{}"), ok({})]) as (url, _):
        client_for(url, waited).get("x")
    assert waited == [7.0]
    with scripted([(429, {"Retry-After": "9999"}, b"{}")]) as (url, asked), pytest.raises(ApiError):
        client_for(url, waited).get("x")
    assert len(asked) == 1
    assert waited == [7.0]


def test_a_fatal_error_inside_http_200_is_not_tried_again() -> None:
    with scripted([ok({"code": 3, "message": "no permission"})]) as (url, asked):
        with pytest.raises(ApiError, match="test GET /x: code 3: no permission") as error:
            client_for(url, []).get("x")
        assert len(asked) == 1
    assert error.value.kind == "fatal"


def test_forbidden_and_redirects_are_fatal() -> None:
    for status, headers in ((403, {}), (302, {"Location": "http://127.0.0.1:1/steal"})):
        with scripted([(status, headers, b"{}")]) as (url, asked), pytest.raises(ApiError, match=str(status)):
            client_for(url, []).get("x")
        assert len(asked) == 1


def test_an_absent_server_is_named() -> None:
    with pytest.raises(ApiError, match="cannot be reached"):
        client_for("http://127.0.0.1:1", [], attempts=2).get("x")


class _Counted(TokenAuth):
    def __init__(self) -> None:
        super().__init__(self._place_token)
        self.renewals = 0

    def renew(self) -> None:
        self.renewals += 1
        self.token = f"{SECRET}{self.renewals}"

    @staticmethod
    def _place_token(request: requests.PreparedRequest, token: str) -> None:
        request.headers["X-Token"] = token.encode("utf-8").hex()


def test_an_expired_token_is_renewed_once_and_the_request_sent_again() -> None:
    auth = _Counted()
    with scripted([ok({"code": 2}), ok({"page": 1})]) as (url, asked):
        assert client_for(url, [], auth).get("x").json() == {"page": 1}
    assert auth.renewals == 2
    assert asked[0][1]["X-Token"] != asked[1][1]["X-Token"]
    with scripted([ok({"code": 2})]) as (url, asked), pytest.raises(ApiError, match="code 2"):
        client_for(url, [], _Counted()).get("x")
    assert len(asked) == 2


def test_secrets_are_in_no_message_exception_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted([ok({"code": 3, "message": f"bad {SECRET} access_token=abcdef99"})]) as (url, _):
        with pytest.raises(ApiError) as caught:
            client_for(url, []).get("x", params={"access_token": SECRET})
        with pytest.raises(ApiError) as lost:
            client_for("http://127.0.0.1:1", [], attempts=1).get("x", params={"secret": SECRET})
    seen = caplog.text
    for error in (caught.value, lost.value):
        chain: BaseException | None = error
        while chain is not None:
            seen += repr(chain)
            chain = chain.__cause__ or chain.__context__
    for form in (SECRET, requests.utils.quote(SECRET, safe=""), "abcdef99"):
        assert form not in seen
    assert "***" in str(caught.value)
