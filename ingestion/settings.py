"""The settings of one run, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.errors import SourceError

#: OPS_AS_OF outside of them is a slip of the pen, and arithmetic with dates would leave the calendar.
YEARS = (1980, 2200)


class ConfigurationError(SourceError):
    """An environment variable is unusable; the message says which and what is right."""


@dataclass(frozen=True)
class Settings:
    """`as_of` is the moment that counts as now (UTC). A fixed one comes from OPS_AS_OF."""

    data_dir: Path
    as_of: datetime
    as_of_is_fixed: bool = False
    reporting_currency: str = "CNY"
    reporting_timezone: str = "Asia/Shanghai"
    week_start: str = "monday"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read OPS_*; raises ConfigurationError with one line that names the variable."""
        zone = environ.get("OPS_REPORTING_TIMEZONE") or "Asia/Shanghai"
        currency = environ.get("OPS_REPORTING_CURRENCY") or "CNY"
        week_start = environ.get("OPS_WEEK_START") or "monday"
        given_as_of = environ.get("OPS_AS_OF") or ""
        reporting_zone = _time_zone(zone)
        if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
            raise ConfigurationError(
                f"OPS_REPORTING_CURRENCY={currency!r}: write an ISO 4217 code such as CNY"
            )
        if week_start not in ("monday", "sunday"):
            raise ConfigurationError(f"OPS_WEEK_START={week_start!r}: write monday or sunday")
        return cls(
            data_dir=Path(environ.get("OPS_DATA_DIR") or "data").resolve(),
            as_of=_moment(given_as_of, reporting_zone) if given_as_of else datetime.now(UTC),
            as_of_is_fixed=bool(given_as_of),
            reporting_currency=currency,
            reporting_timezone=zone,
            week_start=week_start,
        )


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigurationError(
            f"OPS_REPORTING_TIMEZONE={name!r}: write an IANA name such as Asia/Shanghai"
        ) from None


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        is_usable = YEARS[0] <= moment.year <= YEARS[1]
    except (ValueError, OverflowError):
        is_usable = False
    if not is_usable:
        raise ConfigurationError(f"OPS_AS_OF={text!r}: write an ISO time such as 2026-04-01T09:00:00+08:00")
    return moment
