"""Paid orders and refunds, each converted once into the reporting currency."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.oracle.company import App, Company, Row, parse_moment
from tests.oracle.events import Event
from tests.oracle.exclusions import Exclusions

MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class Order:
    app_id: str
    order_id: str
    user_id: str
    paid_at: datetime
    order_date: date
    gross: Decimal  # original currency, paid by the customer (实付)
    discount: Decimal
    currency: str
    rate: Decimal
    activity_id: str | None
    channel: str | None

    @property
    def gross_reporting(self) -> Decimal:
        return convert(self.gross, self.rate)

    @property
    def discount_reporting(self) -> Decimal:
        return convert(self.discount, self.rate)


@dataclass(frozen=True)
class Refund:
    """A refund belongs to the buyer of its order and is converted at the order's rate."""

    app_id: str
    refund_id: str
    order: Order
    refunded_at: datetime
    refund_date: date
    amount: Decimal

    @property
    def user_id(self) -> str:
        return self.order.user_id

    @property
    def amount_reporting(self) -> Decimal:
        return convert(self.amount, self.order.rate)


def rate_on(company: Company, currency: str, day: date) -> Decimal:
    """The last rate on or before the day, at most 7 days old; KeyError when there is none."""
    if currency == company.reporting_currency:
        return Decimal(1)
    known = {
        date.fromisoformat(row["rate_date"]): Decimal(row["rate_to_reporting"])
        for row in company.fx_rates
        if row["currency"] == currency
    }
    for age in range(8):
        if day - timedelta(days=age) in known:
            return known[day - timedelta(days=age)]
    raise KeyError(f"no rate for {currency} on {day}")


def convert(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * rate).quantize(MICRO, rounding=ROUND_HALF_UP)


def orders_of(
    company: Company, apps: dict[str, App], events: list[Event], excluded: Exclusions
) -> list[Order]:
    """Orders of the app database; of purchase events where an app has none there."""
    with_database = {row["app_id"] for row in company.orders}
    orders = [
        _database_order(company, apps[row["app_id"]], row) for row in company.orders if row.get("paid_at")
    ]
    sold: set[tuple[str, str]] = set()
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        if event.measure == "purchase" and event.app_id not in with_database:
            order = _event_order(company, apps[event.app_id], event)
            if (order.app_id, order.order_id) not in sold:  # told twice, the first time counts
                orders.append(order)
            sold.add((order.app_id, order.order_id))
    return [
        order
        for order in orders
        if order.paid_at <= company.as_of
        and not excluded.cover(order.app_id, order.user_id, order.order_date)
    ]


def _database_order(company: Company, app: App, row: Row) -> Order:
    paid_at = parse_moment(row["paid_at"])
    day, currency = app.local_date(paid_at), row.get("currency_code") or app.currency
    return Order(
        app_id=app.app_id,
        order_id=row["order_id"],
        user_id=row["user_id"],
        paid_at=paid_at,
        order_date=day,
        gross=Decimal(row["gross_amount"]),
        discount=Decimal(row.get("discount_amount") or 0),
        currency=currency,
        rate=rate_on(company, currency, day) if paid_at <= company.as_of else Decimal(1),
        activity_id=row.get("activity_id"),
        channel=row.get("channel"),
    )


def _event_order(company: Company, app: App, event: Event) -> Order:
    what, currency = event.properties, event.properties.get("currency") or app.currency
    return Order(
        app_id=app.app_id,
        order_id=what.get("order_id") or event.event_id,
        user_id=event.user_id,
        paid_at=event.occurred_at,
        order_date=event.event_date,
        gross=Decimal(what.get("revenue") or 0),
        discount=Decimal(what.get("discount") or 0),
        currency=currency,
        rate=rate_on(company, currency, event.event_date),
        activity_id=what.get("activity_id"),
        channel=event.channel,
    )


def net_amounts_of(orders: list[Order], refunds: list[Refund]) -> dict[tuple[str, str], Decimal]:
    """What is left of each order after all its refunds, in the reporting currency."""
    left = {(order.app_id, order.order_id): order.gross_reporting for order in orders}
    for refund in refunds:
        left[refund.app_id, refund.order.order_id] -= refund.amount_reporting
    return left


def refunds_of(
    company: Company, apps: dict[str, App], events: list[Event], orders: list[Order], excluded: Exclusions
) -> list[Refund]:
    """From where the app's orders are from. A refund of an order that is none counts nowhere."""
    with_database = {row["app_id"] for row in company.orders}
    claims = [
        (row["app_id"], row["refund_id"], row["order_id"], parse_moment(row["refunded_at"]), row["amount"])
        for row in company.refunds
        if row["app_id"] in with_database
    ]
    claims += [
        (event.app_id, event.event_id, event.properties.get("order_id"), event.occurred_at,
         event.properties.get("revenue") or 0)
        for event in events
        if event.measure == "refund" and event.app_id not in with_database
    ]  # fmt: skip
    by_id = {(order.app_id, order.order_id): order for order in orders}
    refunds = []
    for app_id, refund_id, order_id, refunded_at, amount in claims:
        order, day = by_id.get((app_id, order_id)), apps[app_id].local_date(refunded_at)
        is_past = refunded_at <= company.as_of
        if order is not None and is_past and not excluded.cover(app_id, order.user_id, day):
            refunds.append(Refund(app_id, refund_id, order, refunded_at, day, Decimal(str(amount))))
    return refunds


def order_table_of(orders: list[Order], refunds: list[Refund]) -> dict[tuple, Row]:
    """`marts.fct_orders`, keyed by app and order: what became of each by the as-of moment."""
    rows: dict[tuple, Row] = {}
    buyers: set[tuple[str, str]] = set()
    for order in sorted(orders, key=lambda order: (order.paid_at, order.order_id)):
        own = [refund for refund in refunds if refund.order is order]
        refunded = sum((refund.amount for refund in own), Decimal(0))
        refunded_reporting = sum((refund.amount_reporting for refund in own), Decimal(0))
        rows[order.app_id, order.order_id] = {
            "user_id": order.user_id,
            "paid_at": order.paid_at,
            "order_date": order.order_date,
            "gross_amount": order.gross,
            "discount_amount": order.discount,
            "refunded_amount": refunded,
            "net_amount": order.gross - refunded,
            "currency_code": order.currency,
            "gross_amount_reporting": order.gross_reporting,
            "discount_amount_reporting": convert(order.discount, order.rate),
            "refunded_amount_reporting": refunded_reporting,
            "net_amount_reporting": order.gross_reporting - refunded_reporting,
            "is_first_order": (order.app_id, order.user_id) not in buyers,
            "activity_id": order.activity_id,
            "channel": order.channel,
        }
        buyers.add((order.app_id, order.user_id))
    return rows


def refund_table_of(refunds: list[Refund]) -> dict[tuple, Row]:
    """`marts.fct_refunds`, keyed by app and refund, each on the date on which it was made."""
    return {
        (refund.app_id, refund.refund_id): {
            "order_id": refund.order.order_id,
            "user_id": refund.user_id,
            "refunded_at": refund.refunded_at,
            "refund_date": refund.refund_date,
            "amount": refund.amount,
            "currency_code": refund.order.currency,
            "amount_reporting": refund.amount_reporting,
        }
        for refund in refunds
    }
