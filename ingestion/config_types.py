"""What entries of sources.yaml are made of: names of environment variables, addresses, accounts."""

import re
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

DEMO = "demo"
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        # The value is not repeated: it may be the secret itself.
        raise PydanticCustomError(
            "variable",
            "write the NAME of an environment variable (such as GOOGLE_ADS_ACCESS_TOKEN), not its value",
        )
    return value


def _endpoint(value: str) -> str:
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if value != DEMO and not (is_safe and parts.hostname and not parts.username):
        raise PydanticCustomError(
            "endpoint", "write demo, an https:// address, or an http:// one of this machine (127.0.0.1)"
        )
    return value.rstrip("/")


Variable = Annotated[str, AfterValidator(_variable)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]


class StrictModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Credentials(StrictModel):
    """Names of the environment variables that hold an account's secrets, by the platform's word for each."""

    @property
    def is_enough(self) -> bool:
        """Whether a working token can be had from what is given."""
        return True


class ApiAccountSettings(StrictModel):
    """What every account of an API says of itself."""

    account_id: Name
    endpoint: Endpoint | None = None
    #: First local day to pull; absent = 90 days before the run.
    start_date: date | None = None
