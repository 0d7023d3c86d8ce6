"""Which channels led to the orders (归因): `marts.fct_attribution`, credits with exact fractions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

from tests.oracle.company import Row
from tests.oracle.money import Order
from tests.oracle.sessions import Session

WINDOW = timedelta(days=30)
HALF_LIFE = timedelta(days=7)
MODELS = ("first", "last", "last_non_direct", "linear", "position", "time_decay")
People = dict[tuple[str, str], list["Touch"]]


@dataclass(frozen=True)
class Touch:
    touched_at: datetime
    channel: str
    campaign: str | None

    @property
    def mark(self) -> tuple[str, str | None]:
        return self.channel, self.campaign


def attribution_of(
    sessions: list[Session], orders: list[Order], net_amounts: dict[tuple[str, str], Decimal]
) -> dict[tuple, Row]:
    """Keyed by app, order, model and touch number. `net_amounts`: what is left of each order after refunds."""
    history: People = {}
    for session in sessions:
        history.setdefault((session.app_id, session.user_id), []).extend(_touches(session))
    rows = {}
    for order in orders:
        if order.gross <= 0:
            continue
        touches = history.get((order.app_id, order.user_id), [])
        path = _path(touches, order.paid_at)
        revenue = net_amounts[order.app_id, order.order_id]
        for model in MODELS:
            for number, touch, credit, money in _shared(model, path, order.paid_at, revenue):
                rows[order.app_id, order.order_id, model, number] = {
                    "user_id": order.user_id,
                    "channel": touch.channel if touch else "direct",
                    "campaign": touch.campaign if touch else None,
                    "touched_at": touch.touched_at if touch else None,
                    "converted_at": order.paid_at,
                    "credit": credit,
                    "attributed_revenue": money,
                }
    return rows


def _touches(session: Session) -> Iterator[Touch]:
    """The first event, and each later one that names another channel or campaign than the touch before."""
    first = session.events[0]
    latest = Touch(first.occurred_at, first.channel, first.campaign)
    yield latest
    for event in session.events[1:]:
        touch = Touch(event.occurred_at, event.channel, event.campaign)
        if touch.channel != "direct" and touch.mark != latest.mark:
            yield touch
            latest = touch


def _path(touches: list[Touch], converted_at: datetime) -> list[Touch]:
    """The touches of the window, of equal neighbours the later one."""
    path: list[Touch] = []
    for touch in sorted(touches, key=lambda touch: touch.touched_at):
        if converted_at - WINDOW <= touch.touched_at <= converted_at:
            if path and path[-1].mark == touch.mark:
                path.pop()
            path.append(touch)
    return path


def _shared(
    model: str, path: list[Touch], converted_at: datetime, revenue: Decimal
) -> Iterator[tuple[int, Touch | None, Decimal, Decimal]]:
    if not path:
        yield 0, None, Decimal(1), revenue
        return
    weights = _weights(model, path, converted_at)
    last = max(number for number, weight in enumerate(weights) if weight)
    credits = [_cut(weight / sum(weights)) for weight in weights]
    credits[last] = 1 - sum(credits[:last], Decimal(0))
    money = [_cut(Fraction(revenue) * Fraction(credit)) for credit in credits]
    money[last] = revenue - sum(money[:last], Decimal(0))
    for number, touch in enumerate(path):
        if credits[number]:
            yield number + 1, touch, credits[number], money[number]


def _weights(model: str, path: list[Touch], converted_at: datetime) -> list[Fraction]:
    count = len(path)
    if model == "linear" or (model == "position" and count <= 2):
        return [Fraction(1)] * count
    if model == "position":
        return [Fraction(40), *[Fraction(20, count - 2)] * (count - 2), Fraction(40)]
    if model == "time_decay":
        return [_decay(converted_at - touch.touched_at) for touch in path]
    chosen = 0 if model == "first" else count - 1
    if model == "last_non_direct":
        chosen = max((n for n, touch in enumerate(path) if touch.channel != "direct"), default=count - 1)
    return [Fraction(int(number == chosen)) for number in range(count)]


def _decay(age: timedelta) -> Fraction:
    """2^(-age / half life) with 50 digits."""
    microsecond = timedelta(microseconds=1)
    with localcontext() as context:
        context.prec = 50
        return Fraction(Decimal(2) ** (-Decimal(age // microsecond) / (HALF_LIFE // microsecond)))


def _cut(number: Fraction) -> Decimal:
    """Six decimals, the rest cut off towards zero."""
    return Decimal(int(number * 10**6)).scaleb(-6)
