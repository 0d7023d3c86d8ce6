"""Kinds of values in sources.yaml. No error repeats a value: it may be the secret itself."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise PydanticCustomError(
            "variable",
            "write the NAME of an environment variable (such as GOOGLE_ADS_ACCESS_TOKEN), not its value",
        )
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("zone", "write an IANA time zone such as Asia/Shanghai") from None
    return value


Variable = Annotated[str, AfterValidator(_variable)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]

Zone = Annotated[str, AfterValidator(_zone)]


class Section(BaseModel):
    """A block of sources.yaml: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
