"""Where users leave on the way to a goal: `marts.fct_funnel_conversions`."""

from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from tests.oracle.company import App, Company, Row
from tests.oracle.events import Event
from tests.oracle.funnel_tries import Funnel, Try, funnels_of, tries_of
from tests.oracle.life import Life
from tests.oracle.users import User

MICRO = timedelta(microseconds=1)


def funnel_conversions_of(
    company: Company,
    apps: dict[str, App],
    lives: dict[str, Life],
    events: list[Event],
    users: dict[tuple[str, str], User],
) -> dict[tuple, Row]:
    """Keyed by app, funnel, cohort date, step number, dimension and value."""
    histories: dict[tuple[str, str], list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        histories.setdefault((event.app_id, event.user_id), []).append(event)
    rows: dict[tuple, Row] = {}
    for funnel in funnels_of(company):
        cohorts: dict[tuple, list[Try]] = {}
        for (app_id, user_id), history in histories.items():
            for day, best in _best_tries(funnel, history).items():
                channel = users[app_id, user_id].channel or "(unknown)"
                for part in [("all", "all"), ("channel", channel), ("platform", best.platform)]:
                    cohorts.setdefault((app_id, day, part), []).append(best)
        for (app_id, day, part), tries in cohorts.items():
            is_known = day >= (apps[app_id].events_since or day)
            is_mature = is_known and lives[app_id].is_whole(day, _last_date(apps[app_id], funnel, day))
            for number in range(1, len(funnel.names) + 1):
                row = _step(funnel, tries, number)
                rows[app_id, funnel.code, day, number, *part] = row | {"is_mature": is_mature}
    return rows


def _best_tries(funnel: Funnel, history: list[Event]) -> dict[date, Try]:
    """Per cohort date the try with the most steps, then the shortest, then the earliest."""
    by_date: dict[date, list[Try]] = {}
    for attempt in tries_of(funnel, history):
        by_date.setdefault(attempt.cohort_date, []).append(attempt)
    return {
        day: min(
            tries,
            key=lambda one: (-len(one.moments), one.moments[-1] - one.moments[0], one.moments[0]),
        )
        for day, tries in by_date.items()
    }


def _last_date(app: App, funnel: Funnel, day: date) -> date:
    """The local date on which the window of the day's last moment ends."""
    midnight = datetime.combine(day + timedelta(days=1), time(), app.zone).astimezone(UTC)
    return app.local_date(midnight + funnel.window - MICRO)


def _step(funnel: Funnel, tries: list[Try], number: int) -> Row:
    here = [one for one in tries if len(one.moments) >= number]
    before = [one for one in tries if len(one.moments) >= number - 1] if number > 1 else None
    waits = [(one.moments[number - 1] - one.moments[number - 2]) // MICRO for one in here if number > 1]
    return {
        "step_name": funnel.step_names[number - 1],
        "users": len(here),
        "users_previous_step": len(before) if before is not None else None,
        "conversion_rate": len(here) / len(before) if before else None,
        "conversion_rate_from_start": len(here) / len(tries),
        "is_last_step": number == len(funnel.names),
        "median_seconds_from_previous": median(waits) / 1_000_000 if waits else None,
    }
