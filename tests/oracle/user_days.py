"""What each user did on each local date: `marts.fct_user_daily`, but for is_new and is_new_by_invitation."""

from datetime import date
from decimal import Decimal

from tests.oracle.company import Row
from tests.oracle.events import Event
from tests.oracle.money import Order, Refund
from tests.oracle.sessions import Session

UserDays = dict[tuple[str, str, date], Row]
COUNTED_MEASURES = {
    "content_views": "content_view",
    "likes": "like",
    "shares": "share",
    "comments": "comment",
    "favorites": "favorite",
}


def user_days_of(
    events: list[Event], sessions: list[Session], orders: list[Order], refunds: list[Refund]
) -> UserDays:
    """Keyed by app, user and local date; a row for each with an event, a paid order or a refund."""
    days: UserDays = {}
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        row = days.setdefault((event.app_id, event.user_id, event.event_date), _empty_row())
        if event.is_active and not row["is_active"]:
            row |= {"is_active": True, "platform": event.platform, "visit_channel": event.channel}
        row["events"] += 1
        row["key_events"] += event.is_key
        for column, measure in COUNTED_MEASURES.items():
            row[column] += event.measure == measure
    for order in orders:
        row = days.setdefault((order.app_id, order.user_id, order.order_date), _empty_row())
        row["orders"] += 1
        row["gross_revenue"] += order.gross_reporting
    for refund in refunds:
        row = days.setdefault((refund.app_id, refund.user_id, refund.refund_date), _empty_row())
        row["refunded_revenue"] += refund.amount_reporting
    for session in sessions:
        row = days[session.app_id, session.user_id, session.session_date]
        row["sessions"] += 1
        row["engaged_seconds"] += session.duration_seconds or 0
    for row in days.values():
        row["net_revenue"] = row["gross_revenue"] - row["refunded_revenue"]
    return days


def _empty_row() -> Row:
    counts = ("events", "key_events", "sessions", *COUNTED_MEASURES, "orders")
    return {
        "is_active": False,
        **dict.fromkeys(counts, 0),
        "engaged_seconds": Decimal(0),
        "gross_revenue": Decimal(0),
        "refunded_revenue": Decimal(0),
        "platform": None,
        "visit_channel": None,
    }
