"""One way to ask an HTTP API: `rest_client()` builds dlt's RESTClient around a careful session.

Before a paginator sees a page the session has made sure that it is a whole JSON answer without an
error in it (many platforms answer errors with HTTP 200), has waited and tried again where that
helps, has renewed an expired token, and has taken every secret out of what it says.
"""

import email.utils
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from ingestion.exact_json import load_exact
from ingestion.redaction import Redactor

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

#: not_ready: the platform does not have it yet · too_large: fewer days can be asked.
Kind = Literal["retry", "expired_token", "fatal", "not_ready", "too_large"]


@dataclass(frozen=True)
class Refusal:
    """Why an answer cannot be used. `wait` is how many seconds the platform asks to wait."""

    kind: Kind
    message: str
    wait: float | None = None


#: What a platform says of an answer: (HTTP status, body) → Refusal, or None to judge by status alone.
Inspect = Callable[[int, Any], Refusal | None]


class ApiError(Exception):
    """An API did not answer as needed. The message is one line without secrets."""

    def __init__(self, message: str, kind: Kind = "fatal") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Waits:
    """Seconds. A request is tried at most `attempts` times within `total`; `whole`: until an answer has come whole."""

    attempts: int = 6
    first: float = 1.0
    longest: float = 60.0
    total: float = 300.0
    connect: float = 10.0
    read: float = 60.0
    whole: float = 120.0
    sleep: Callable[[float], None] = time.sleep

    def backoff(self, attempt: int) -> float:
        return min(self.longest, self.first * 2 ** (attempt - 1))


@dataclass(frozen=True)
class Reader:
    """Bytes of an answer → what `response.json()` gives. `parse` raises ValueError when they are not whole."""

    name: str
    parse: Callable[[bytes], Any]


JSON = Reader("JSON", load_exact)
#: The waits of every client that is given none of its own.
WAITS = Waits()


class TokenAuth(AuthBase):
    """Puts an access token on each request; `renew` fetches a new one (called at most once a request)."""

    def __init__(self, place: Callable[[requests.PreparedRequest, str], None]) -> None:
        self.token: str | None = None
        self._place = place

    def renew(self) -> None:
        """Set `token` to a fresh one, or raise ApiError."""
        raise NotImplementedError

    def confirm(self) -> None:
        """An answer came that was asked with `token`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token is None:
            self.renew()
        self._place(request, self.token or "")
        return request


class ApiSession(requests.Session):
    """A session whose `send` returns only whole, error-free answers, or raises ApiError."""

    def __init__(
        self, platform: str, redactor: Redactor, inspect: Inspect, waits: Waits | None, reader: Reader = JSON
    ) -> None:
        super().__init__()
        self.platform, self.redactor, self.inspect, self.reader = platform, redactor, inspect, reader
        self.waits = waits or WAITS
        self.token_auth: TokenAuth | None = None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        waits, renewed = self.waits, False
        deadline = time.monotonic() + waits.total
        request.hooks = {"response": []}  # dlt's own hook would raise before the error is understood
        # A redirect would carry token headers to another host.
        kwargs |= {"allow_redirects": False, "stream": True}
        for attempt in range(1, waits.attempts + 1):
            if attempt > 1 and self.token_auth is not None and self.token_auth.token is not None:
                self.token_auth(request)  # some platforms want a fresh nonce with each try
            left = max(0.1, deadline - time.monotonic())
            kwargs["timeout"] = (min(waits.connect, left), min(waits.read, left))
            response, refusal = self._try(request, kwargs, min(waits.whole, left))
            if refusal is None and response is not None:
                if self.token_auth is not None:
                    self.token_auth.confirm()
                return response
            assert refusal is not None
            if refusal.kind == "expired_token" and self.token_auth is not None and not renewed:
                renewed = True
                self.token_auth.renew()
                self.token_auth(request)
                continue
            if refusal.kind != "retry":
                raise self._error(request, refusal)
            wait = max(waits.backoff(attempt), refusal.wait or 0.0)
            if attempt == waits.attempts or time.monotonic() + wait > deadline:
                raise self._error(request, refusal, f"{refusal.message} (gave up after {attempt} tries)")
            waits.sleep(wait)
        raise self._error(request, Refusal("fatal", "the renewed token was refused as well"))

    def _try(
        self, request: requests.PreparedRequest, kwargs: dict[str, Any], longest: float
    ) -> tuple[requests.Response | None, Refusal | None]:
        # Errors of the library hold the whole request with its secrets, so they are turned into
        # words here and the ApiError is raised outside of this block, without them as its context.
        until = time.monotonic() + longest
        try:
            response = super().send(request, **kwargs)
            _read_whole(response, until)
        except requests.exceptions.SSLError:
            return None, Refusal("fatal", "no trusted TLS connection; check host, proxy and certificates")
        except (requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError, TimeoutError):
            return None, Refusal("retry", "no answer in time")
        except (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError):
            return None, Refusal("retry", "the answer was cut off")
        except requests.exceptions.ConnectionError:
            return None, Refusal("retry", "cannot be reached; check the network, the proxy and `endpoint`")
        except requests.exceptions.RequestException as error:
            return None, Refusal("fatal", f"the request failed ({type(error).__name__})")
        try:
            body, is_whole = self.reader.parse(response.content), True
        except ValueError:
            body, is_whole = None, False
        said = self.inspect(response.status_code, body) if is_whole else None
        refusal = _judge(response, said, None if is_whole else self.reader.name)
        response.json = lambda **_: body  # type: ignore[method-assign]
        return response, refusal

    def _error(
        self, request: requests.PreparedRequest, refusal: Refusal, message: str | None = None
    ) -> ApiError:
        path = urlsplit(request.url or "").path
        words = self.redactor(f"{self.platform} {request.method} {path}: {message or refusal.message}")
        return ApiError(words, refusal.kind)


def rest_client(
    base_url: str,
    *,
    platform: str,
    inspect: Inspect,
    redactor: Redactor,
    auth: TokenAuth | None = None,
    headers: Mapping[str, str] | None = None,
    waits: Waits | None = None,
) -> "RESTClient":
    """A RESTClient for one platform. Its answers hold Decimal, never float; it raises only ApiError."""
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    from dlt.common.configuration.specs import RuntimeConfiguration
    from dlt.sources.helpers.rest_client import RESTClient

    session = api_session(base_url, platform=platform, inspect=inspect, redactor=redactor, waits=waits)
    session.token_auth = auth
    return RESTClient(
        base_url=base_url,
        headers=dict(headers or {}),
        auth=auth,
        session=session,
        config=RuntimeConfiguration(dlthub_telemetry=False),
    )


def api_session(
    base_url: str,
    *,
    platform: str,
    inspect: Inspect,
    redactor: Redactor,
    waits: Waits | None = None,
    reader: Reader = JSON,
) -> ApiSession:
    """A bare session, for files and for token endpoints: dlt logs request bodies at DEBUG, these hold secrets."""
    session = ApiSession(platform, redactor, inspect, waits, reader)
    # A proxy or a .netrc of the machine has no business with a server on the machine itself.
    session.trust_env = urlsplit(base_url).hostname not in ("127.0.0.1", "localhost", "::1")
    return session


def _read_whole(response: requests.Response, until: float) -> None:
    """Read the body, at most until `until`: a server that sends a byte now and then never runs into `read`."""
    chunks = []
    while chunk := response.raw.read1(65_536, decode_content=True):
        chunks.append(chunk)
        if time.monotonic() > until:
            response.close()
            raise TimeoutError
    response._content, response._content_consumed = b"".join(chunks), True
    response.raw.release_conn()


def _judge(response: requests.Response, said: Refusal | None, is_not_whole: str | None) -> Refusal | None:
    """Put together what the platform says of its answer and what the HTTP status says."""
    status = response.status_code
    if status < 300:
        return Refusal("retry", f"the answer is not whole {is_not_whole}") if is_not_whole else said
    wait = said.wait if said is not None and said.wait is not None else _retry_after(response.headers)
    words = f"HTTP {status} {said.message}" if said is not None else f"HTTP {status}"
    if status in (408, 425, 429) or status >= 500:
        return Refusal("retry", words, wait)
    if said is not None:
        return Refusal(said.kind, words, wait)
    return Refusal("expired_token" if status == 401 else "fatal", words, wait)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, which is a number or an HTTP date."""
    given = (headers.get("Retry-After") or "").strip()
    if given.isdigit():
        return float(given)
    try:
        moment = email.utils.parsedate_to_datetime(given) if given else None
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time()) if moment else None
