"""How far a user comes in a funnel (漏斗) from one start: the three order modes, event by event."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.oracle.company import Company
from tests.oracle.events import Event


@dataclass(frozen=True)
class Funnel:
    code: str
    mode: str  # ordered, strict or any
    window: timedelta
    names: tuple[str, ...]  # event of each step
    step_names: tuple[str, ...]


@dataclass(frozen=True)
class Try:
    """`moments` are those at which step 1, 2, ... were done."""

    cohort_date: date
    platform: str
    moments: tuple[datetime, ...]


def funnels_of(company: Company) -> list[Funnel]:
    funnels = []
    for row in company.funnels:
        steps = sorted(
            (step for step in company.funnel_steps if step["funnel_code"] == row["funnel_code"]),
            key=lambda step: step["step_number"],
        )
        funnels.append(
            Funnel(
                code=row["funnel_code"],
                mode=row.get("order_mode") or "ordered",
                window=timedelta(minutes=row.get("window_minutes") or 1440),
                names=tuple(step["event_name"] for step in steps),
                step_names=tuple(step.get("step_name") or step["event_name"] for step in steps),
            )
        )
    return funnels


def tries_of(funnel: Funnel, history: list[Event]) -> list[Try]:
    """All tries of one user, in the order of their starts; `history` is by time, then event_id."""
    if funnel.mode == "strict":
        return _strict(funnel, history)
    found = []
    for start in history:
        if funnel.mode == "ordered" and start.name == funnel.names[0]:
            found.append(_try(start, _ordered(funnel, history, start)))
        if funnel.mode == "any" and start.name in funnel.names:
            found.append(_try(start, _any(funnel, history, start)))
    return found


def _try(start: Event, moments: list[datetime]) -> Try:
    return Try(start.event_date, start.platform or "(unknown)", tuple(moments))


def _ordered(funnel: Funnel, history: list[Event], start: Event) -> list[datetime]:
    used, moments = [start], [start.occurred_at]
    for name in funnel.names[1:]:
        for event in history:
            is_in_time = moments[-1] <= event.occurred_at <= start.occurred_at + funnel.window
            if event.name == name and is_in_time and not any(event is one for one in used):
                used.append(event)
                moments.append(event.occurred_at)
                break
        else:
            break
    return moments


def _strict(funnel: Funnel, history: list[Event]) -> list[Try]:
    def place(event: Event) -> tuple:
        step = funnel.names.index(event.name) if event.name in funnel.names else len(funnel.names)
        return event.occurred_at, step, event.event_id

    line = sorted((event for event in history if event.is_active or event.name in funnel.names), key=place)
    found = []
    for position, start in enumerate(line):
        if start.name != funnel.names[0]:
            continue
        moments = []
        for event, name in zip(line[position:], funnel.names, strict=False):
            if event.name != name or event.occurred_at > start.occurred_at + funnel.window:
                break
            moments.append(event.occurred_at)
        found.append(_try(start, moments))
    return found


def _any(funnel: Funnel, history: list[Event], start: Event) -> list[datetime]:
    """When the first, second, ... different step was done; each event completes one step at most."""
    open_steps, moments = list(funnel.names), []
    for event in history:
        is_in_time = start.occurred_at <= event.occurred_at <= start.occurred_at + funnel.window
        if is_in_time and event.name in open_steps:
            open_steps.remove(event.name)
            moments.append(event.occurred_at)
    return moments
