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
    order_date: date
    gross: Decimal  # original currency, paid by the customer (实付)
    gross_reporting: Decimal
    rate: Decimal
    paid_at: datetime
    discount_reporting: Decimal  # platform-funded
    activity_id: str | None


@dataclass(frozen=True)
class Refund:
    app_id: str
    user_id: str
    order: Order
    refund_date: date
    amount_reporting: Decimal


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
    orders = []
    with_database = {row["app_id"] for row in company.orders}
    for row in company.orders:
        app = apps[row["app_id"]]
        if not row.get("paid_at") or parse_moment(row["paid_at"]) > company.as_of:
            continue
        order = _order(company, app, row, row["user_id"], parse_moment(row["paid_at"]))
        if not excluded.cover(app.app_id, order.user_id, order.order_date):
            orders.append(order)
    for event in events:
        if event.measure == "purchase" and event.app_id not in with_database:
            what = event.properties
            row = {
                "order_id": what["order_id"],
                "gross_amount": what["revenue"],
                "discount_amount": what.get("discount"),
                "currency_code": what.get("currency"),
                "activity_id": what.get("activity_id"),
            }
            orders.append(_order(company, apps[event.app_id], row, event.user_id, event.occurred_at))
    return orders


def _order(company: Company, app: App, row: Row, user_id: str, paid_at: datetime) -> Order:
    day = app.local_date(paid_at)
    rate = rate_on(company, row.get("currency_code") or app.currency, day)
    gross = Decimal(row["gross_amount"])
    return Order(
        app_id=app.app_id,
        order_id=row["order_id"],
        user_id=user_id,
        order_date=day,
        gross=gross,
        gross_reporting=convert(gross, rate),
        rate=rate,
        paid_at=paid_at,
        discount_reporting=convert(Decimal(row.get("discount_amount") or 0), rate),
        activity_id=row.get("activity_id"),
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
    """A refund belongs to the buyer of its order and is converted at the order's rate."""
    with_database = {row["app_id"] for row in company.orders}
    claims = [
        (row["app_id"], row["order_id"], apps[row["app_id"]].local_date(refunded_at), row["amount"])
        for row in company.refunds
        if row["app_id"] in with_database
        and (refunded_at := parse_moment(row["refunded_at"])) <= company.as_of
    ]
    claims += [
        (
            event.app_id,
            event.properties.get("order_id"),
            event.event_date,
            event.properties.get("revenue") or 0,
        )
        for event in events
        if event.measure == "refund" and event.app_id not in with_database
    ]
    by_id = {(order.app_id, order.order_id): order for order in orders}
    refunds = []
    for app_id, order_id, day, amount in claims:
        order = by_id.get((app_id, order_id))
        if order is not None and not excluded.cover(app_id, order.user_id, day):
            converted = convert(Decimal(str(amount)), order.rate)
            refunds.append(Refund(app_id, order.user_id, order, day, converted))
    return refunds
