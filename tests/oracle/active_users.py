"""DAU, WAU and MAU by value of each dimension: `marts.fct_active_users`."""

from collections import Counter
from datetime import date, timedelta

from tests.oracle.company import App, Row
from tests.oracle.events import Event
from tests.oracle.life import Life
from tests.oracle.users import User

SINGLE_VALUED = ("channel", "country", "region")
MULTI_VALUED = ("platform", "app_version")
UNKNOWN = "(unknown)"


def active_users_of(
    apps: dict[str, App], lives: dict[str, Life], events: list[Event], users: dict[tuple[str, str], User]
) -> dict[tuple, Row]:
    """Keyed by app, date, dimension and value: sets of users, joined over 1, 7 and 30 days."""
    active: dict[tuple[str, str, str], dict[date, set[str]]] = {}
    for event in events:
        if event.is_active:
            user = users[event.app_id, event.user_id]
            values = {name: getattr(user, name) for name in SINGLE_VALUED}
            values |= {name: getattr(event, name) for name in MULTI_VALUED}
            for dimension, value in [("all", "all"), *values.items()]:
                by_day = active.setdefault((event.app_id, dimension, value or UNKNOWN), {})
                by_day.setdefault(event.event_date, set()).add(event.user_id)
    new = Counter(key for user in users.values() if user.is_new for key in _new_keys(user))
    rows = {}
    for app_id, life in lives.items():
        keys = {key[1:] for key in active if key[0] == app_id} | {("all", "all")}
        keys |= {key[2:] for key in new if key[0] == app_id}
        for dimension, value in keys:
            by_day = active.get((app_id, dimension, value), {})
            for day in life.days():
                row = _row(apps[app_id], life, day, by_day, new[app_id, day, dimension, value])
                if dimension == "all" or row["mau"] or row["new_users"]:
                    rows[app_id, day, dimension, value] = row
    return rows


def _new_keys(user: User) -> list[tuple]:
    """A new user counts under the values of the first active event."""
    first = user.first_event
    assert first is not None
    values = {
        "all": "all",
        "channel": user.channel,
        "country": first.country,
        "region": first.region,
        "platform": first.platform,
        "app_version": first.app_version,
    }
    return [(user.app_id, first.event_date, name, value or UNKNOWN) for name, value in values.items()]


def _row(app: App, life: Life, day: date, by_day: dict[date, set[str]], new_users: int) -> Row:
    def users_of_last(days: int) -> int:
        return len(set().union(*(by_day.get(day - timedelta(days=back), set()) for back in range(days))))

    is_complete = life.is_whole(day, day)
    age = (day - life.complete_from).days
    return {
        "dau": users_of_last(1),
        "wau": users_of_last(7),
        "mau": users_of_last(30),
        "new_users": new_users,
        "dau_is_complete": is_complete,
        "wau_is_complete": is_complete and age >= 6,
        "mau_is_complete": is_complete and age >= 29,
        "new_users_is_complete": is_complete and day >= life.new_known_from,
    }
