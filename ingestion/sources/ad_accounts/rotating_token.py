"""OAuth2 where each use of a refresh token brings a new one: Ocean Engine, Baidu, Xiaohongshu, Kuaishou.

A platform says in an `Exchange` how its token endpoint is asked; keeping the chain, trying the token
before the newest one after a crash, and sharing one chain among accounts are the same for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import requests

from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Inspect, TokenAuth, api_session, rest_client
from ingestion.secrets_store import TokenChain, token_key
from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults, pull_accounts
from ingestion.sources.ad_accounts.account_settings import RotatingAccount
from ingestion.sources.ad_accounts.connecting import Pull
from ingestion.sources.ad_accounts.contracts import platform_contracts
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources.questions import Connected

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

Rotating = TypeVar("Rotating", bound=RotatingAccount)


@dataclass(frozen=True)
class Issued:
    """What a token endpoint gave. `refresh_token` None: the one that was used stays good."""

    access_token: str
    refresh_token: str | None


def place_access_token(request: requests.PreparedRequest, token: str) -> None:
    """Where most Chinese platforms want it."""
    request.headers["Access-Token"] = token


def issued_in_data(answer: Any) -> Issued:
    """From {"data": {"access_token", "refresh_token"}}."""
    return Issued(answer["data"]["access_token"], answer["data"].get("refresh_token"))


@dataclass(frozen=True)
class Exchange:
    """How a platform exchanges tokens. `url` is a path of the API's own host, or a whole address.

    `body(credentials, refresh_token)` is what is posted as JSON; `inspect` judges the answers of the token
    endpoint; `place(request, token)` puts the access token on a request for data.
    """

    platform: str
    url: str
    body: Callable[[Mapping[str, str], str], dict[str, Any]]
    inspect: Inspect
    issued: Callable[[Any], Issued] = issued_in_data
    place: Callable[[requests.PreparedRequest, str], None] = place_access_token

    def url_at(self, endpoint: Endpoint) -> str:
        """An emulator or a proxy answers for all hosts of a platform, by path."""
        if "://" not in self.url:
            return endpoint.base_url + self.url
        return self.url if endpoint.is_real_host else endpoint.base_url + "/" + self.url.split("/", 3)[3]


class RotatingToken(TokenAuth):
    """Shared by all accounts of one authorisation: each refresh kills the refresh token before it."""

    def __init__(self, exchange: Exchange, endpoint: Endpoint, chain: TokenChain) -> None:
        super().__init__(exchange.place)
        self._exchange, self._endpoint, self._chain = exchange, endpoint, chain
        self.redactor = Redactor(endpoint.credentials.values())
        self._unconfirmed: str | None = None
        self._session = api_session(
            endpoint.base_url, platform=exchange.platform, inspect=exchange.inspect, redactor=self.redactor
        )

    def renew(self) -> None:
        """Exchange the newest refresh token; a refused one gives way to the one before it."""
        with self._chain.locked():
            refused: ApiError | None = None
            for candidate in self._chain.candidates():
                self.redactor.add(candidate)
                try:
                    issued = self._ask(candidate)
                except ApiError as error:
                    if error.kind not in ("fatal", "expired_token"):
                        raise
                    refused = error
                    continue
                newest = issued.refresh_token or candidate
                self.redactor.add(newest)
                self.redactor.add(issued.access_token)
                self._chain.write_ahead(newest)
                self.token, self._unconfirmed = issued.access_token, newest
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

    def _ask(self, refresh_token: str) -> Issued:
        body = self._exchange.body(self._endpoint.credentials, refresh_token)
        answer = self._session.post(self._exchange.url_at(self._endpoint), json=body).json()
        try:
            return self._exchange.issued(answer)
        except (LookupError, TypeError, AttributeError):
            raise ApiError(f"{self._exchange.platform}: the token endpoint's answer holds no token") from None


def app_exchange(credentials: Mapping[str, str], refresh_token: str) -> dict[str, Any]:
    """What most platforms are posted; their app ids are whole numbers."""
    application = {"app_id": int(credentials["app_id"]), "secret": credentials["secret"]}
    return {**application, "refresh_token": refresh_token}


def rotating_pull(
    exchange: Exchange,
    host: str,
    inspect_of: Callable[[Rotating], Inspect],
    connect: "Callable[[Settings, Rotating, RESTClient], Connected]",
) -> Pull[Rotating]:
    """The `pull` of a platform; `inspect_of(account)` judges the answers about an account."""

    def pull(
        settings: Settings,
        accounts: Sequence[Rotating],
        *,
        dates: Sequence[date] | None = None,
        demo_base_url: str | None = None,
    ) -> PullResults:
        clients = _clients(settings, exchange, host, accounts, demo_base_url, inspect_of)

        def ask(account: Rotating) -> Connected:
            return connect(settings, account, clients[account.account_id])

        contracts = platform_contracts(exchange.platform)
        return pull_accounts(settings, exchange.platform, accounts, ask, contracts, dates)

    return pull


def _clients(
    settings: Settings,
    exchange: Exchange,
    host: str,
    accounts: Sequence[Rotating],
    demo_base_url: str | None,
    inspect_of: Callable[[Rotating], Inspect],
) -> "dict[str, RESTClient]":
    """By account id. Raises SourceError."""
    tokens: dict[str, RotatingToken] = {}
    clients: dict[str, RESTClient] = {}
    for account in accounts:
        endpoint = resolve(account, host, demo_base_url)
        # Accounts of one authorisation share its chain: each exchange kills the token before.
        variable = account.credentials.refresh_token if account.credentials else ""
        name = f"{exchange.platform}-{'demo' if endpoint.is_demo else variable}"
        if name not in tokens:
            seed, key = endpoint.credentials["refresh_token"], token_key(endpoint.is_demo)
            chain = TokenChain(settings.data_dir, name, seed, key)
            tokens[name] = RotatingToken(exchange, endpoint, chain)
        clients[account.account_id] = rest_client(
            endpoint.base_url,
            platform=exchange.platform,
            inspect=inspect_of(account),
            redactor=tokens[name].redactor,
            auth=tokens[name],
        )
    return clients
