"""How contents did at equal age: `marts.fct_content_performance`, for companies without outside platforms."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.oracle.company import App, Company, Row, parse_moment
from tests.oracle.events import Event
from tests.oracle.life import Life, complete_through
from tests.oracle.money import Order

AGES = (1, 3, 7, 30)
COUNTED = {
    "impressions": "impression", "views": "content_view", "completed_views": "content_complete", "likes": "like",
    "comments": "comment", "shares": "share", "favorites": "favorite", "follows": "follow",
}  # fmt: skip


def named_by_purchase(events: list[Event], name: str) -> dict[tuple[str, str], Any]:
    """(app, order) -> properties of the order's first purchase event that has the property."""
    named: dict[tuple[str, str], Any] = {}
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        if event.measure == "purchase" and event.properties.get(name):
            order_id = event.properties.get("order_id") or event.event_id
            named.setdefault((event.app_id, order_id), event.properties)
    return named


def content_performance_of(
    company: Company,
    apps: dict[str, App],
    lives: dict[str, Life],
    events: list[Event],
    orders: list[Order],
    net_amounts: dict[tuple[str, str], Decimal],
) -> dict[tuple, Row]:
    """Keyed by app, content, channel (app and all are equal here) and age."""
    rows = {}
    sold = named_by_purchase(events, "content_id")
    for content in company.contents:
        app, content_id = apps[content["app_id"]], content["content_id"]
        published_at = parse_moment(content["published_at"])
        if content["status"] == "draft" or published_at > company.as_of:
            continue
        published = app.local_date(published_at)
        own = [
            event
            for event in events
            if (event.app_id, event.properties.get("content_id")) == (app.app_id, content_id)
            and event.measure in COUNTED.values()
        ]
        sales = [
            order
            for order in orders
            if order.app_id == app.app_id
            and sold.get((app.app_id, order.order_id), {}).get("content_id") == content_id
        ]
        for age in AGES:
            last = published + timedelta(days=age - 1)
            inside = [event for event in own if published <= event.event_date <= last]
            sold_inside = [order for order in sales if published <= order.order_date <= last]
            if last > app.running_day or not (inside or sold_inside):
                continue
            row = _row(inside, sold_inside, net_amounts) | {
                "creator_id": content["creator_id"],
                "source_type": content["source_type"],
                "is_mature": _known_from(app, lives[app.app_id]) <= published
                and last <= complete_through(app, lives[app.app_id]),
            }
            rows[app.app_id, content_id, "app", age] = rows[app.app_id, content_id, "all", age] = row
    return rows


def _known_from(app: App, life: Life) -> date:
    return max(life.first_day, app.events_since or date.min)


def _row(inside: list[Event], sales: list[Order], net_amounts: dict[tuple[str, str], Decimal]) -> Row:
    counts = {
        column: sum(event.measure == measure for event in inside) for column, measure in COUNTED.items()
    }
    views = [event for event in inside if event.measure == "content_view"]
    engaged = counts["likes"] + counts["comments"] + counts["shares"] + counts["favorites"]
    return {
        **counts,
        "viewers": len({event.user_id for event in views}),
        "view_seconds": sum((event.duration_seconds or Decimal(0) for event in views), Decimal(0)),
        "net_revenue": sum((net_amounts[order.app_id, order.order_id] for order in sales), Decimal(0)),
        "engagement_rate": engaged / len(views) if views else None,
        "completion_rate": counts["completed_views"] / len(views) if views else None,
        "share_rate": counts["shares"] / len(views) if views else None,
    }
