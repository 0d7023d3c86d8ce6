"""Paid orders and refunds, each converted once into the reporting currency."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.oracle.company import App, Company, parse_moment
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
        day = app.local_date(parse_moment(row["paid_at"]))
        if excluded.cover(app.app_id, row["user_id"], day):
            continue
        orders.append(
            _order(
                company,
                app,
                row["order_id"],
                row["user_id"],
                day,
                row["gross_amount"],
                row.get("currency_code"),
            )
        )
    for event in events:
        if event.measure == "purchase" and event.app_id not in with_database:
            app, what = apps[event.app_id], event.properties
            day = app.local_date(event.occurred_at)
            orders.append(
                _order(
                    company, app, what["order_id"], event.user_id, day, what["revenue"], what.get("currency")
                )
            )
    return orders


def _order(
    company: Company, app: App, order_id: str, user_id: str, day: date, gross: str, currency: str | None
) -> Order:
    rate = rate_on(company, currency or app.currency, day)
    amount = Decimal(gross)
    return Order(app.app_id, order_id, user_id, day, amount, convert(amount, rate), rate)


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
