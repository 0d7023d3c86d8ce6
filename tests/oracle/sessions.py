"""Sessions (会话): a user's active events without a silence of more than 30 minutes."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.company import App, Row
from tests.oracle.events import Event

SILENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Session:
    """One visit; it belongs whole to the local date of its start."""

    app_id: str
    user_id: str
    session_date: date
    events: tuple[Event, ...]
    duration_seconds: Decimal | None  # null: a single event that does not say how long it lasted


def sessions_of(apps: dict[str, App], events: list[Event]) -> list[Session]:
    by_user: dict[tuple[str, str], list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        if event.is_active:
            by_user.setdefault((event.app_id, event.user_id), []).append(event)
    found = []
    for (app_id, _), history in by_user.items():
        visit = [history[0]]
        for event in history[1:]:
            if event.occurred_at - visit[-1].occurred_at > SILENCE:
                found.append(_session(apps[app_id], visit))
                visit = []
            visit.append(event)
        found.append(_session(apps[app_id], visit))
    return found


def _session(app: App, visit: list[Event]) -> Session:
    first, last = visit[0], visit[-1]
    if len(visit) == 1:
        duration = first.duration_seconds
    else:
        duration = Decimal((last.occurred_at - first.occurred_at) // timedelta(microseconds=1)) / 1_000_000
    return Session(first.app_id, first.user_id, app.local_date(first.occurred_at), tuple(visit), duration)


def session_table_of(sessions: list[Session]) -> dict[tuple, Row]:
    """`marts.fct_sessions`, keyed by app and md5 of app and first event (texts with their lengths before them)."""
    rows: dict[tuple, Row] = {}
    for session in sessions:
        first = session.events[0]
        name = f"{len(first.app_id)}:{first.app_id};{len(first.event_id)}:{first.event_id};"
        rows[session.app_id, hashlib.md5(name.encode()).hexdigest()] = {
            "user_id": session.user_id,
            "started_at": first.occurred_at,
            "ended_at": session.events[-1].occurred_at,
            "session_date": session.session_date,
            "duration_seconds": session.duration_seconds,
            "events": len(session.events),
            "content_views": sum(event.measure == "content_view" for event in session.events),
            "is_bounce": len(session.events) == 1,
            "channel": first.channel,
            "campaign": first.campaign,
            "platform": first.platform,
            "entry_page": first.properties.get("page"),
        }
    return rows
