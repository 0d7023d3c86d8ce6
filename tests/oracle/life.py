"""An app's life, and up to when its events are complete."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.company import App, Company
from tests.oracle.events import Event
from tests.oracle.money import Order

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Life:
    """From `complete_from` to `complete_through` days are over and their events have all arrived."""

    first_day: date
    last_day: date
    complete_from: date
    complete_through: date
    new_known_from: date  # from this day on new users can be told from users first seen

    def days(self) -> Iterator[date]:
        day = self.first_day
        while day <= self.last_day:
            yield day
            day += ONE_DAY

    def is_whole(self, first: date, last: date) -> bool:
        """Whether the events of all days of the life from `first` to `last` have arrived."""
        return self.complete_from <= max(first, self.first_day) and last <= self.complete_through


def lives_of(
    company: Company, apps: dict[str, App], events: list[Event], orders: list[Order]
) -> dict[str, Life]:
    lives = {}
    for app in apps.values():
        event_days = {event.event_date for event in events if event.app_id == app.app_id}
        active_days = {event.event_date for event in events if event.app_id == app.app_id and event.is_active}
        busy_days = event_days | {order.order_date for order in orders if order.app_id == app.app_id}
        first_day = app.launch_date or min(active_days or busy_days, default=None)
        if first_day is None or first_day > app.running_day:
            continue
        lives[app.app_id] = Life(
            first_day=first_day,
            last_day=min(app.running_day, max([*busy_days, first_day]) + timedelta(days=90)),
            complete_from=max(first_day, app.events_since or first_day),
            complete_through=_complete_through(app, event_days),
            new_known_from=_new_known_from(company, app),
        )
    return lives


def _complete_through(app: App, event_days: set[date]) -> date:
    """A silent day after 28 days that all had events waits for a later event, and so do the days after it."""
    last_event_day = max(event_days, default=None)
    if last_event_day is None or last_event_day >= app.last_day:
        return app.last_day
    if all(last_event_day - timedelta(days=back) in event_days for back in range(28)):
        return last_event_day
    return app.last_day


def _new_known_from(company: Company, app: App) -> date:
    """Without registration data nobody knows who of the first 30 days after events_since is new."""
    is_registered = any(row["app_id"] == app.app_id and row.get("registered_at") for row in company.users)
    if is_registered or app.events_since is None:
        return date.min
    return app.events_since + timedelta(days=30)
