"""What people do over several moments: funnels, recalls, invitations, what they are worth (docs/metrics.md)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ingestion.demo.funnels import FUNNELS, funnel_events
from ingestion.demo.money import Rates
from ingestion.demo.world import Action, AppWorld, Person

CHURN_DAYS, RETURN_DAYS = 30, 7


@dataclass
class Journeys:
    """Of one app. Keys are local dates; numbers are those of persons; money is in CNY."""

    #: Last day of each silence of 30 days or more that has come -> who.
    churned: defaultdict[date, set[int]] = field(default_factory=lambda: defaultdict(set))
    #: Date of the message -> (channel, person) -> whether they came back after it in time.
    recalled: defaultdict[date, dict[tuple[str, int], bool]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    #: Funnel -> date of step 1 -> person -> most steps done.
    funnels: dict[str, defaultdict[date, dict[int, int]]] = field(default_factory=dict)
    #: Person -> net revenue by date.
    spent: defaultdict[int, defaultdict[date, Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Decimal))
    )
    #: Who accepted an invitation.
    invited: set[int] = field(default_factory=set)


def journeys_of(world: AppWorld, actions: list[Action], rates: Rates) -> Journeys:
    """`actions` are those that count, in the order of time."""
    journeys = Journeys(invited={person.number for person in world.people if _accepted(world, person)})
    histories: defaultdict[int, list[Action]] = defaultdict(list)
    for action in actions:
        histories[action.person.number].append(action)
    for number, history in histories.items():
        active = [action for action in history if action.kind.is_active]
        days = sorted({action.day for action in active})
        for day, back in zip(days, [*days[1:], date.max], strict=True):
            thirtieth = day + timedelta(days=CHURN_DAYS)
            if thirtieth < back:
                journeys.churned[thirtieth].add(number)
        _recalls(journeys, number, history, active, days)
        for funnel in FUNNELS:
            best = journeys.funnels.setdefault(funnel["funnel_code"], defaultdict(dict))
            for day, steps in _tries(funnel, history):
                best[day][number] = max(steps, best[day].get(number, 0))
    _money(journeys, world, rates)
    return journeys


def _accepted(world: AppWorld, person: Person) -> bool:
    host, registered = person.invited_by, person.registered_ms
    if host is None or not host.is_identified or registered is None:
        return False
    return person.counts_on(world.clock.day(registered)) and host.counts_on(world.clock.day(registered))


def _recalls(
    journeys: Journeys, number: int, history: list[Action], active: list[Action], days: list[date]
) -> None:
    for action in history:
        before = [day for day in days if day < action.day]
        is_message = action.kind.measure == "recall_sent"
        if not is_message or not before or (action.day - before[-1]).days <= CHURN_DAYS:
            continue
        key = ((action.properties or {})["recall_channel"], number)
        if key in journeys.recalled[action.day]:
            continue
        journeys.recalled[action.day][key] = any(
            other.moment > action.moment and (other.day - action.day).days < RETURN_DAYS for other in active
        )


def _tries(funnel: dict, history: list[Action]) -> Iterator[tuple[date, int]]:
    """Date of step 1 and number of steps of every try. No event of these funnels is asked for twice."""
    names = funnel_events(funnel["funnel_code"])
    window = int(funnel["window_minutes"]) * 60_000
    own = [action for action in history if action.kind.name in names]
    for position, start in enumerate(own):
        after = [action for action in own[position:] if action.moment <= start.moment + window]
        if funnel["order_mode"] == "any":
            yield start.day, len({action.kind.name for action in after})
        elif start.kind.name == names[0]:
            steps = 0
            for action in after:
                if steps < len(names) and action.kind.name == names[steps]:
                    steps += 1
            yield start.day, steps


def _money(journeys: Journeys, world: AppWorld, rates: Rates) -> None:
    for order in world.orders:
        if order.day is not None and order.person.counts_on(order.day):
            amount = rates.to_reporting(order.gross, order.currency, order.day)
            journeys.spent[order.person.number][order.day] += amount
    for refund in world.refunds:
        order = refund.order
        if order.day is not None and order.person.counts_on(refund.day):
            amount = rates.to_reporting(refund.amount, order.currency, order.day)
            journeys.spent[order.person.number][refund.day] -= amount
