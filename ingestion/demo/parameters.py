"""What can be chosen about the simulated company; the calendar and the as-of moment are fixed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingestion.errors import SourceError

#: The last simulated day; OPS_DEMO_DAYS moves the first one.
LAST_DAY = date(2026, 3, 31)
#: 2026-04-01 09:00 in Shanghai = 2026-03-31 18:00 in Los Angeles.
AS_OF = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
AS_OF_MS = int(AS_OF.timestamp()) * 1000
#: Written into company/demo.json: a change of the simulation is a change of the company.
SIMULATION_VERSION = 1

_BOUNDS = {"users": (100, 500_000), "days": (14, 365), "seed": (0, 2**31 - 1)}
_DEFAULTS = {"users": 5000, "days": 90, "seed": 7}


class ParameterError(SourceError):
    """A parameter that cannot be used; one line that says what to do."""


@dataclass(frozen=True)
class Parameters:
    """`users` people over both apps, `days` local days that end with LAST_DAY, and the random seed."""

    users: int = _DEFAULTS["users"]
    days: int = _DEFAULTS["days"]
    seed: int = _DEFAULTS["seed"]

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ParameterError(f"OPS_DEMO_{name.upper()}={value}: must be from {low} to {high}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Parameters":
        """OPS_DEMO_USERS, OPS_DEMO_DAYS, OPS_DEMO_SEED; empty = the default."""
        chosen = {}
        for name, default in _DEFAULTS.items():
            text = environment.get(f"OPS_DEMO_{name.upper()}", "").strip()
            try:
                chosen[name] = int(text) if text else default
            except ValueError:
                raise ParameterError(f"OPS_DEMO_{name.upper()}={text!r}: must be a whole number") from None
        return cls(**chosen)

    @property
    def first_day(self) -> date:
        return LAST_DAY - timedelta(days=self.days - 1)

    def dice(self, part: str) -> random.Random:
        """Randomness of one part of the company: a change in one part leaves the others as they are."""
        return random.Random(f"{self.seed}/{self.users}/{self.days}/{part}")

    def as_json(self) -> dict[str, Any]:
        return {
            "simulation_version": SIMULATION_VERSION,
            "users": self.users,
            "days": self.days,
            "seed": self.seed,
            "first_day": self.first_day.isoformat(),
            "last_day": LAST_DAY.isoformat(),
            "as_of": AS_OF.isoformat(),
        }
