"""The OAuth2 tokens of Ocean Engine: an access token for a day, a refresh token that changes at each use."""

from typing import Any

import requests

from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Inspect, TokenAuth, api_session
from ingestion.secrets_store import TokenChain
from ingestion.sources.endpoints import Endpoint

PATH = "/open_api/oauth2/refresh_token/"


class OceanEngineToken(TokenAuth):
    """Shared by all accounts of one authorisation: each refresh kills the refresh token before it."""

    def __init__(self, endpoint: Endpoint, redactor: Redactor, chain: TokenChain, inspect: Inspect) -> None:
        super().__init__(_place)
        self._endpoint, self.redactor, self._chain = endpoint, redactor, chain
        self._unconfirmed: str | None = None
        self._session = api_session(
            endpoint.base_url, platform="ocean_engine", inspect=inspect, redactor=redactor
        )

    @property
    def base_url(self) -> str:
        return self._endpoint.base_url

    def renew(self) -> None:
        """Exchange the newest refresh token; a refused one gives way to the one before it."""
        with self._chain.locked():
            refused: ApiError | None = None
            for candidate in self._chain.candidates():
                self.redactor.add(candidate)
                try:
                    issued = self._exchange(candidate)
                except ApiError as error:
                    if error.kind not in ("fatal", "expired_token"):
                        raise
                    refused = error
                    continue
                self.redactor.add(issued["refresh_token"])
                self.redactor.add(issued["access_token"])
                self._chain.write_ahead(issued["refresh_token"])
                self.token, self._unconfirmed = issued["access_token"], issued["refresh_token"]
                return
        raise ApiError(
            f"{refused}; authorise the account again and set its new refresh token in the environment"
        ) from None

    def confirm(self) -> None:
        """An answer came with the new access token, so the refresh token that came with it is good."""
        if self._unconfirmed is not None:
            with self._chain.locked():
                self._chain.confirm(self._unconfirmed)
            self._unconfirmed = None

    def _exchange(self, refresh_token: str) -> dict[str, Any]:
        credentials = self._endpoint.credentials
        body = {
            "app_id": credentials["app_id"],
            "secret": credentials["secret"],
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
        }
        return self._session.post(self._endpoint.base_url + PATH, json=body).json()["data"]


def _place(request: requests.PreparedRequest, token: str) -> None:
    request.headers["Access-Token"] = token
