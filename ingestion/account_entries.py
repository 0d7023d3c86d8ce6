"""What every account of an API says of itself in sources.yaml: where it is asked, and with which secrets."""

from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ingestion.config_values import Name, Section

DEMO = "demo"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _endpoint(value: str) -> str:
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if value != DEMO and not (is_safe and parts.hostname and not parts.username):
        raise PydanticCustomError(
            "endpoint", "write demo, an https:// address, or an http:// one of this machine (127.0.0.1)"
        )
    return value.rstrip("/")


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class Credentials(Section):
    """Names of the environment variables that hold an account's secrets, by the platform's word for each."""

    @property
    def is_enough(self) -> bool:
        """Whether a working token can be had from what is given."""
        return True


class ApiAccountSettings(Section):
    """`account_id` is the platform's own; `endpoint` None = its real host.

    `ready_hour`: from which hour on the platform has the day before (ingestion/ready_hours.py); None = as known of it.
    """

    account_id: Name
    endpoint: Endpoint | None = None
    #: First local day to pull; absent = 90 days before the run.
    start_date: date | None = None
    ready_hour: Annotated[int, Field(ge=0, le=23)] | None = None
