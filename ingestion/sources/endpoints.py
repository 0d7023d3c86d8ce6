"""Where an account is asked and with which credentials: the platform's host, an address, or the demo."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.account_entries import DEMO
from ingestion.errors import SourceError
from ingestion.sources_config import FILE_NAME, ApiAccount


@dataclass(frozen=True)
class Endpoint:
    """`base_url` has no trailing slash. `credentials` are the secrets themselves, by name."""

    base_url: str
    credentials: Mapping[str, str]
    is_demo: bool = False
    is_real_host: bool = False

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r})"


def resolve(
    account: ApiAccount,
    real_host: str,
    demo_base_url: str | None,
    environ: Mapping[str, str] | None = None,
) -> Endpoint:
    """Raises SourceError that names the account and the environment variable that is missing."""
    environ = os.environ if environ is None else environ
    whose = f"{account.platform} account {account.account_id}"
    if account.endpoint == DEMO:
        if demo_base_url is None:
            raise SourceError(f"{whose}: `endpoint: demo` works only where the emulated APIs are started")
        from ingestion.demo.apis.credentials import demo_credentials

        return Endpoint(
            f"{demo_base_url}/{account.platform}", demo_credentials(account.platform), is_demo=True
        )
    if account.credentials is None:
        raise SourceError(f"{whose}: add `credentials` to it in {FILE_NAME}")
    variables = account.credentials.model_dump(exclude_none=True)
    missing = sorted(variable for variable in variables.values() if not environ.get(variable, "").strip())
    if missing:
        raise SourceError(
            f"{whose}: set the environment variable {', '.join(missing)} (named in {FILE_NAME})"
        )
    return Endpoint(
        account.endpoint or real_host,
        {name: environ[variable].strip() for name, variable in variables.items()},
        is_real_host=account.endpoint is None,
    )
