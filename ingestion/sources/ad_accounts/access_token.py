"""Access tokens of ad platforms: one that a person replaces, or one that is fetched again when it is refused."""

from collections.abc import Callable
from typing import Any

import requests

from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, TokenAuth
from ingestion.sources.endpoints import Endpoint

Place = Callable[[requests.PreparedRequest, str], None]


class AccessToken(TokenAuth):
    """`fetch()` returns the body that holds a new `access_token`; None = nothing can be fetched."""

    def __init__(
        self,
        platform: str,
        endpoint: Endpoint,
        redactor: Redactor,
        place: Place,
        fetch: Callable[[], Any] | None = None,
    ) -> None:
        super().__init__(place)
        self.token = endpoint.credentials.get("access_token")
        self._platform, self._redactor, self._fetch = platform, redactor, fetch

    def renew(self) -> None:
        if self._fetch is None:
            raise ApiError(
                f"{self._platform}: the access token is refused; set a fresh one in the environment"
            )
        self.token = str(self._fetch()["access_token"])
        self._redactor.add(self.token)


def in_header(name: str, scheme: str = "") -> Place:
    """Places the token in a request header."""

    def place(request: requests.PreparedRequest, token: str) -> None:
        request.headers[name] = f"{scheme} {token}".strip()

    return place
