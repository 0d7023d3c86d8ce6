"""Whether messages bring churned users back: `marts.fct_user_recall`."""

from datetime import date, datetime, timedelta

from tests.oracle.company import App, Row
from tests.oracle.events import Event
from tests.oracle.life import Life
from tests.oracle.users import User

UserKey = tuple[str, str]


def recall_of(
    apps: dict[str, App], lives: dict[str, Life], events: list[Event], users: dict[UserKey, User]
) -> dict[tuple, Row]:
    """Keyed by app, date and channel; a row where a churned user got a message."""
    first_sends: dict[tuple, datetime] = {}
    send_dates: dict[UserKey, set[date]] = {}
    active_moments: dict[tuple, list[datetime]] = {}
    for event in sorted(events, key=lambda event: event.occurred_at):
        user_key = (event.app_id, event.user_id)
        if event.is_active:
            active_moments.setdefault((*user_key, event.event_date), []).append(event.occurred_at)
        if event.measure == "recall_sent":
            channel = event.properties.get("recall_channel") or "(unknown)"
            first_sends.setdefault((*user_key, event.event_date, channel), event.occurred_at)
            send_dates.setdefault(user_key, set()).add(event.event_date)

    def returned(user: User, day: date, after: datetime | None) -> bool:
        moments = [
            moment
            for ahead in range(7)
            for moment in active_moments.get((user.app_id, user.user_id, day + timedelta(days=ahead)), [])
        ]
        return any(after is None or moment > after for moment in moments)

    recalled: dict[tuple, list[bool]] = {}
    for (app_id, user_id, day, channel), sent_at in first_sends.items():
        user = users[app_id, user_id]
        if is_churned(user, day):
            recalled.setdefault((app_id, day, channel), []).append(returned(user, day, sent_at))
    rows = {}
    for (app_id, day, channel), outcomes in recalled.items():
        natural = [
            returned(user, day, None)
            for key, user in users.items()
            if user.app_id == app_id
            and is_churned(user, day)
            and not any(abs((sent - day).days) <= 6 for sent in send_dates.get(key, set()))
        ]
        rows[app_id, day, channel] = {
            "recalled_users": len(outcomes),
            "returned_users_7d": sum(outcomes),
            "return_rate_7d": sum(outcomes) / len(outcomes),
            "natural_users": len(natural),
            "natural_returned_users_7d": sum(natural),
            "natural_return_rate_7d": sum(natural) / len(natural) if natural else None,
            # Who was silent on the 30 days before is known from events too.
            "is_mature": lives[app_id].is_whole(day - timedelta(days=30), day + timedelta(days=6)),
        }
    return rows


def is_churned(user: User, day: date) -> bool:
    """Active before the day, but on none of the 30 days before it."""
    before = [active for active in user.active_dates if active < day]
    return bool(before) and (day - before[-1]).days > 30
