"""What is known of a user: identity, first activity, acquisition, place."""

from dataclasses import dataclass, field
from datetime import date

from tests.oracle.channels import DIRECT, known_channels
from tests.oracle.company import App, Company, Row, parse_moment
from tests.oracle.events import Event
from tests.oracle.exclusions import Exclusions
from tests.oracle.ledgers import points_of, tiers_of
from tests.oracle.user_days import UserDays


@dataclass
class User:
    app_id: str
    user_id: str
    row: Row = field(default_factory=dict)  # in the app database
    registered_date: date | None = None
    is_preexisting: bool = False  # registered before the app's events begin
    first_event: Event | None = None  # the first active one
    active_dates: list[date] = field(default_factory=list)
    channel: str | None = None
    campaign: str | None = None
    channel_source: str | None = None
    country: str | None = None
    region: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether the user is in a new cohort at all."""
        return self.first_event is not None and not self.is_preexisting


def users_of(
    company: Company, apps: dict[str, App], events: list[Event], days: UserDays, excluded: Exclusions
) -> dict[tuple[str, str], User]:
    """Every user with an event, an order or a refund, or whom the app database registers, gives points or a tier."""
    ledgers = [*points_of(company, apps, excluded), *tiers_of(company, apps, excluded)]
    users = {(app_id, user_id): User(app_id, user_id) for app_id, user_id, _ in [*days, *ledgers]}
    for row in company.users:
        app, user_id = apps[row["app_id"]], row["user_id"]
        registered_at = row.get("registered_at")
        registered = app.local_date(parse_moment(registered_at)) if registered_at else None
        if excluded.cover(app.app_id, user_id, registered or date.max):
            continue
        user = users.setdefault((app.app_id, user_id), User(app.app_id, user_id))
        user.row, user.registered_date = row, registered
        user.is_preexisting = bool(registered and app.events_since and registered < app.events_since)
    histories: dict[tuple[str, str], list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        histories.setdefault((event.app_id, event.user_id), []).append(event)
    known = known_channels(event.channel for event in events)
    for key, user in users.items():
        _read_history(user, histories.get(key, []), known)
    return users


def _read_history(user: User, history: list[Event], known: dict[str, str]) -> None:
    active = [event for event in history if event.is_active]
    user.active_dates = sorted({event.event_date for event in active})
    user.first_event = active[0] if active else None
    user.country, user.region = user.row.get("country"), user.row.get("region")
    for event in history:
        user.country, user.region = event.country or user.country, event.region or user.region
    given = known.get((user.row.get("acquisition_channel") or "").lower())
    if given:
        user.channel, user.campaign = given, user.row.get("acquisition_campaign")
        user.channel_source = "users"
    elif user.first_event:
        touch = _first_touch(user.first_event, history)
        user.channel, user.campaign, user.channel_source = touch.channel, touch.campaign, "first_touch"


def _first_touch(first_active: Event, history: list[Event]) -> Event:
    """An earlier event that names a channel is a touch even when it is not active."""
    for event in history:
        if event.occurred_at > first_active.occurred_at:
            break
        if event is first_active or (not event.is_active and event.channel != DIRECT):
            return event
    return first_active
