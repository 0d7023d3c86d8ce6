"""New, returning, resurrected, dormant and churned users: `marts.fct_user_lifecycle`."""

from datetime import date, timedelta

from tests.oracle.company import App, Row
from tests.oracle.life import Life
from tests.oracle.users import User

GRAINS = ("day", "week", "month")


def periods_of(app: App, life: Life, grain: str, through: date) -> list[date]:
    """Starts of the periods that touch [first day of life, through]."""
    starts = [app.period_start(life.first_day, grain)]
    while app.next_period(starts[-1], grain) <= through:
        starts.append(app.next_period(starts[-1], grain))
    return starts


def lifecycle_of(
    apps: dict[str, App], lives: dict[str, Life], users: dict[tuple[str, str], User]
) -> dict[tuple, Row]:
    """Keyed by app, grain and period start; a row for every period of the app's life."""
    rows = {}
    for app_id, life in lives.items():
        app = apps[app_id]
        members = [user for user in users.values() if user.app_id == app_id]
        for grain in GRAINS:
            histories = [
                (user, {app.period_start(day, grain) for day in user.active_dates}) for user in members
            ]
            before = None
            for start in periods_of(app, life, grain, life.last_day):
                rows[app_id, grain, start] = _row(app, life, grain, start, before, histories)
                before = start
    return rows


def _row(
    app: App,
    life: Life,
    grain: str,
    start: date,
    before: date | None,
    histories: list[tuple[User, set[date]]],
) -> Row:
    counts = {"new": 0, "returning": 0, "resurrected": 0, "dormant": 0, "churned": 0, "active": 0}
    end = min(app.period_end(start, grain), app.running_day)
    for user, active in histories:
        counts["churned"] += sum(start <= day <= end for day in _churned_on(user))
        if start not in active:
            counts["dormant"] += before in active
            continue
        counts["active"] += 1
        if before in active:
            counts["returning"] += 1
        elif start == min(active) and not user.is_preexisting:
            counts["new"] += 1
        else:
            counts["resurrected"] += 1
    is_over = life.is_whole(start, app.period_end(start, grain))
    row: Row = {f"{name}_users": count for name, count in counts.items()}
    return row | {"is_complete": is_over and start >= life.new_known_from}


def _churned_on(user: User) -> list[date]:
    """The 30th day of each silence of 30 days or more."""
    ends = [*user.active_dates[1:], date.max]
    thirtieth = [day + timedelta(days=30) for day in user.active_dates]
    return [day for day, back in zip(thirtieth, ends, strict=False) if day < back]
