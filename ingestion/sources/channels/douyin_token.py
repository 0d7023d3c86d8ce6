"""The OAuth2 tokens of Douyin: an access token for 15 days, a refresh token for 30 that can be renewed 5 times [?]."""

from typing import Any

import requests

from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Inspect, TokenAuth, api_session
from ingestion.secrets_store import TokenChain
from ingestion.sources.endpoints import Endpoint

REFRESH, RENEW = "/oauth/refresh_token/", "/oauth/renew_refresh_token/"
#: A refresh token that lives shorter than this is renewed: a company that runs once a week keeps its account.
RENEW_BELOW_SECONDS = 10 * 24 * 3600


class DouyinToken(TokenAuth):
    """Of one account that authorised the developer app. A renewed refresh token is kept ahead of its first use."""

    def __init__(self, endpoint: Endpoint, redactor: Redactor, chain: TokenChain, inspect: Inspect) -> None:
        super().__init__(_place)
        self._endpoint, self._redactor, self._chain = endpoint, redactor, chain
        base_url = endpoint.base_url
        self._session = api_session(base_url, platform="douyin", inspect=inspect, redactor=redactor)

    def renew(self) -> None:
        """Fetch an access token with the newest refresh token that works; raise ApiError when none does."""
        with self._chain.locked():
            refused: ApiError | None = None
            for candidate in self._chain.candidates():
                self._redactor.add(candidate)
                try:
                    issued = self._post(REFRESH, grant_type="refresh_token", refresh_token=candidate)
                except ApiError as error:
                    if error.kind not in ("fatal", "expired_token"):
                        raise
                    refused = error
                    continue
                self._redactor.add(issued["access_token"])
                self.token = issued["access_token"]
                self._chain.confirm(candidate)
                self._prolong(candidate, issued)
                return
        raise ApiError(
            f"{refused}; authorise the account again and set its new refresh token in the environment"
        ) from None

    def _prolong(self, refresh_token: str, issued: dict[str, Any]) -> None:
        """Renew a refresh token that ends soon. One that cannot be renewed any more still works until then."""
        left = issued.get("refresh_expires_in")
        if left is None or int(left) >= RENEW_BELOW_SECONDS:
            return
        try:
            renewed = self._post(RENEW, refresh_token=refresh_token)["refresh_token"]
        except ApiError:
            return
        self._redactor.add(renewed)
        self._chain.write_ahead(renewed)

    def _post(self, path: str, **form: str) -> dict[str, Any]:
        body = {"client_key": self._endpoint.credentials["client_key"], **form}
        return self._session.post(self._endpoint.base_url + path, data=body).json()["data"]


def _place(request: requests.PreparedRequest, token: str) -> None:
    request.headers["access-token"] = token
