"""Staff, test accounts and bots: out of every measure from a date on."""

from dataclasses import dataclass
from datetime import date

from tests.oracle.company import Company
from tests.oracle.events import Event


@dataclass(frozen=True)
class Exclusions:
    """First excluded local date per (app, user)."""

    first_dates: dict[tuple[str, str], date]

    def cover(self, app_id: str, user_id: str, day: date) -> bool:
        first_date = self.first_dates.get((app_id, user_id))
        return first_date is not None and day >= first_date


def exclusions_of(company: Company, events: list[Event]) -> Exclusions:
    """Listed users, and whoever used a listed device on or after its date."""
    first_dates: dict[tuple[str, str], date] = {}

    def exclude(app_id: str, user_id: str, day: date) -> None:
        first_dates[app_id, user_id] = min(day, first_dates.get((app_id, user_id), date.max))

    for row in company.excluded_users:
        app_id, from_date = row["app_id"], row.get("from_date")
        first_date = date.fromisoformat(from_date) if from_date else date.min
        if row.get("user_id"):
            exclude(app_id, row["user_id"], first_date)
            continue
        for event in events:
            used_it = (event.app_id, event.device_id) == (app_id, row["device_id"])
            if used_it and event.event_date >= first_date:
                exclude(app_id, event.user_id, first_date)
    return Exclusions(first_dates)
