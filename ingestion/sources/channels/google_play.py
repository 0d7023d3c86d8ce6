"""Google Play monthly CSV of the developer account's bucket → installs, store_performance, pulls.

`stats/installs/installs_<package>_<month>_country.csv` and `stats/store_performance/store_performance_<package>_
<month>_country.csv` in gs://pubsite_prod_…, UTF-16 with commas (tabs are read too). A month's file grows by a day each
day, 1–2 days late, and is read once a run. The newest day that both tables hold is the last one asked for, so that a
day that has not come yet is not taken for an empty one; a month without its file stops no other. Days as Google Play
cuts them [?] (Pacific time). Restatement of earlier days [?].
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ingestion.channel_accounts import GooglePlayAccount
from ingestion.contract import Contract
from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Reader, api_session, rest_client
from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults, pull_accounts
from ingestion.sources.channels.contracts import (
    GOOGLE_PLAY_CONTRACTS,
    GOOGLE_PLAY_INSTALLS,
    GOOGLE_PLAY_STORE,
)
from ingestion.sources.channels.google_errors import inspect
from ingestion.sources.channels.google_play_csv import csv_rows, utf16_text
from ingestion.sources.channels.signed_tokens import ServiceAccountToken
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources.questions import STALE_AFTER, Connected, Question, TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

SOURCE = "google_play"
HOST = "https://storage.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
ZONE = ZoneInfo("America/Los_Angeles")
FOLDERS = {GOOGLE_PLAY_INSTALLS: "installs", GOOGLE_PLAY_STORE: "store_performance"}


def pull(
    settings: Settings,
    accounts: Sequence[GooglePlayAccount],
    *,
    dates: Sequence[date] | None = None,
    demo_base_url: str | None = None,
) -> PullResults:
    """Land what is needed of every package. Raises SourceError for bad configuration or when none works."""
    endpoints = {account.account_id: resolve(account, HOST, demo_base_url) for account in accounts}

    def connect(account: GooglePlayAccount) -> Connected:
        return _connect(settings, account, endpoints[account.account_id])

    return pull_accounts(settings, SOURCE, accounts, connect, GOOGLE_PLAY_CONTRACTS, dates)


class _Objects:
    """Files of a bucket. Google says how long each is, so that one that ends early is noticed, at a line end too."""

    def __init__(
        self, base_url: str, bucket: str, client: "RESTClient", auth: ServiceAccountToken, redactor: Redactor
    ) -> None:
        self._client, self._auth = client, auth
        self._path, self._url = f"/storage/v1/b/{bucket}/o", f"{base_url}/storage/v1/b/{bucket}/o/"
        self._files = api_session(base_url, platform=SOURCE, inspect=lambda *_: None, redactor=redactor)
        self._files.token_auth = auth
        self._sizes: dict[str, int] = {}

    def names(self, prefix: str) -> list[str]:
        token: str | None = ""
        while token is not None:
            params = {"prefix": prefix, "fields": "items(name,size),nextPageToken"}
            page = self._client.get(
                self._path, params=params | ({"pageToken": token} if token else {})
            ).json()
            self._sizes |= {item["name"]: int(item["size"]) for item in page.get("items") or ()}
            token = page.get("nextPageToken")
        return [name for name in self._sizes if name.startswith(prefix)]

    def text(self, name: str) -> str:
        self._files.reader = Reader("UTF-16 text", partial(utf16_text, size=self._sizes[name]))
        url = self._url + quote(name, safe="")
        return self._files.get(url, params={"alt": "media"}, auth=self._auth).json()


class _Bucket:
    """The monthly files of one package and table; each is read once a run."""

    def __init__(self, objects: "_Objects", contract: Contract, account: GooglePlayAccount) -> None:
        self._objects, self._contract = objects, contract
        self._ours: dict[str, str | None] = {"app_id": account.app_id, "account_id": account.account_id}
        folder = FOLDERS[contract]
        prefix = f"stats/{folder}/{folder}_{account.account_id}_"
        pattern = re.compile(re.escape(prefix) + r"(\d{6})_country\.csv")
        found = (pattern.fullmatch(name) for name in objects.names(prefix))
        self._names = {match[1]: match[0] for match in found if match}
        self._months: dict[str, list[dict[str, str | None]]] = {}

    @property
    def newest_day(self) -> date:
        """Raises ApiError when there is no file, or no day in the newest one."""
        for month in sorted(self._names, reverse=True)[:2]:
            if days := [row["date"] for row in self._rows(month)]:
                return date.fromisoformat(max(day for day in days if day))
        raise ApiError(
            f"{SOURCE}: no {self._contract.entity} file with rows in the bucket; does the package name fit it?"
        )

    def between(self, first: date, last: date) -> list[TextRow]:
        """Raises ApiError for a month without a file while an earlier month has one."""
        wanted: list[TextRow] = []
        months = dict.fromkeys(f"{first + timedelta(days=n):%Y%m}" for n in range((last - first).days + 1))
        for month in months:
            if month in self._names:
                rows = self._rows(month)
                wanted += [
                    row for row in rows if first.isoformat() <= (row["date"] or "") <= last.isoformat()
                ]
            elif month > min(self._names):
                raise ApiError(f"{SOURCE}: the {self._contract.entity} file of {month} is missing")
        return wanted

    def _rows(self, month: str) -> list[dict[str, str | None]]:
        if month not in self._months:
            name = self._names[month]
            self._months[month] = [
                self._ours | row for row in csv_rows(self._contract, name, self._objects.text(name))
            ]
        return self._months[month]


def _connect(settings: Settings, account: GooglePlayAccount, endpoint: Endpoint) -> Connected:
    redactor = Redactor(endpoint.credentials.values())
    auth = ServiceAccountToken(SOURCE, endpoint, redactor, SCOPE, inspect)
    client = rest_client(endpoint.base_url, platform=SOURCE, inspect=inspect, redactor=redactor, auth=auth)
    objects = _Objects(endpoint.base_url, account.bucket, client, auth, redactor)
    buckets = {contract: _Bucket(objects, contract, account) for contract in FOLDERS}
    questions = tuple(
        Question(
            (contract,), _asking(bucket, contract), f"GET gs://{account.bucket}/stats/{FOLDERS[contract]}",
            account.restatement_days, settings.as_of - STALE_AFTER, "date", 1, goes_on=True,
        )
        for contract, bucket in buckets.items()
    )  # fmt: skip
    yesterday = settings.as_of.astimezone(ZONE).date() - timedelta(days=1)
    last_day = min(yesterday, *(bucket.newest_day for bucket in buckets.values()))
    return Connected(ZONE, last_day, questions)


def _asking(bucket: _Bucket, contract: Contract) -> Callable[[date, date], Mapping[str, Sequence[TextRow]]]:
    return lambda first, last: {contract.entity: bucket.between(first, last)}
