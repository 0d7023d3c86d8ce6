"""RFM segments (客户价值) and BTYD columns of every buyer, as of the last complete day."""

from bisect import bisect_right
from datetime import date
from decimal import Decimal

from tests.oracle.company import App, Row
from tests.oracle.money import Order, Refund

SEGMENTS = {  # recent, frequent, valuable
    (True, True, True): "重要价值",
    (True, False, True): "重要发展",
    (False, True, True): "重要保持",
    (False, False, True): "重要挽留",
    (True, True, False): "一般价值",
    (True, False, False): "一般发展",
    (False, True, False): "一般保持",
    (False, False, False): "一般挽留",
}


def customer_values_of(
    apps: dict[str, App], orders: list[Order], refunds: list[Refund]
) -> dict[tuple[str, str], Row]:
    """Keyed by app and user; only users with an order by L."""
    net: dict[tuple[str, str], dict[date, Decimal]] = {}
    for order in orders:
        if order.order_date <= apps[order.app_id].last_day:
            dates = net.setdefault((order.app_id, order.user_id), {})
            dates[order.order_date] = dates.get(order.order_date, Decimal(0)) + order.gross_reporting
    for refund in refunds:
        last_day = apps[refund.app_id].last_day
        if refund.refund_date <= last_day and refund.order.order_date <= last_day:
            net[refund.app_id, refund.user_id][refund.order.order_date] -= refund.amount_reporting
    rows = {key: _row(apps[key[0]], dates) for key, dates in net.items()}
    for key, row in rows.items():
        others = [other for other_key, other in rows.items() if other_key[0] == key[0]]
        row["rfm_segment"] = SEGMENTS[
            _is_high(-row["rfm_recency_days"], [-other["rfm_recency_days"] for other in others]),
            _is_high(row["rfm_frequency"], [other["rfm_frequency"] for other in others]),
            _is_high(row["rfm_monetary"], [other["rfm_monetary"] for other in others]),
        ]
    return rows


def _row(app: App, dates: dict[date, Decimal]) -> Row:
    first, last = min(dates), max(dates)
    repeats = [amount for day, amount in dates.items() if day > first]
    return {
        "rfm_recency_days": (app.last_day - last).days,
        "rfm_frequency": len(dates),
        "rfm_monetary": sum(dates.values(), Decimal(0)),
        "btyd_frequency": len(repeats),
        "btyd_recency_days": (last - first).days,
        "btyd_age_days": (app.last_day - first).days,
        "btyd_monetary_value": float(sum(repeats) / len(repeats)) if repeats else 0.0,
    }


def _is_high(value: Decimal | int, values: list) -> bool:
    """Score 4 or 5 of ceil(5 x share of values that are not larger), in whole numbers."""
    not_larger = bisect_right(sorted(values), value)
    score = -(-5 * not_larger // len(values))
    return score >= 4
