"""On how many days of a period users were active: `marts.fct_user_stickiness`."""

from collections import Counter

from tests.oracle.company import App, Row
from tests.oracle.life import Life
from tests.oracle.users import User


def stickiness_of(
    apps: dict[str, App], lives: dict[str, Life], users: dict[tuple[str, str], User]
) -> dict[tuple, Row]:
    """Keyed by app, grain, period start and number of active days."""
    counts: Counter[tuple] = Counter()
    for user in users.values():
        app = apps[user.app_id]
        for grain in ("week", "month"):
            days_of = Counter(app.period_start(day, grain) for day in user.active_dates)
            counts.update((app.app_id, grain, start, days) for start, days in days_of.items())
    rows = {}
    for (app_id, grain, start, days), number in counts.items():
        end = apps[app_id].period_end(start, grain)
        is_complete = lives[app_id].is_whole(start, end)
        rows[app_id, grain, start, days] = {"users": number, "is_complete": is_complete}
    return rows
