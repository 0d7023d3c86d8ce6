"""How contents did: `marts.fct_content_daily`, and at equal age `fct_content_performance`."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.company import Row, parse_moment
from tests.oracle.events import Event
from tests.oracle.facts import Facts
from tests.oracle.money import Order
from tests.oracle.outside_contents import outside_days_of, outside_performance_of

AGES = (1, 3, 7, 30)
COUNTED = {
    "impressions": "impression", "views": "content_view", "completed_views": "content_complete", "likes": "like",
    "comments": "comment", "shares": "share", "favorites": "favorite", "follows": "follow",
}  # fmt: skip
Days = dict[tuple[str, str, date], tuple[list[Event], list[Order]]]


def content_days_of(facts: Facts) -> dict[tuple, Row]:
    """Keyed by app, content, channel and day."""
    rows = outside_days_of(facts.company, facts.apps)
    for (app_id, content_id, day), (events, orders) in _own_days(facts).items():
        life = facts.lives[app_id]
        rows[app_id, content_id, "app", day] = _row(facts, events, orders) | {
            "is_opening_balance": False,
            "is_complete": life.first_day <= day and life.is_whole(day, day),
        }
    return rows


def content_performance_of(facts: Facts) -> dict[tuple, Row]:
    """Keyed by app, content, channel and age. No content is both in the app and outside: app or platform equals all."""
    rows = outside_performance_of(facts.company, facts.apps, AGES)
    own = _own_days(facts)
    for content in facts.company.contents:
        app, content_id = facts.apps[content["app_id"]], content["content_id"]
        published_at = parse_moment(content["published_at"])
        if content["status"] == "draft" or published_at > facts.company.as_of:
            continue
        published, life = app.local_date(published_at), facts.lives[app.app_id]
        for age in AGES:
            days = [published + timedelta(days=number) for number in range(age)]
            known = [own[key] for day in days if (key := (app.app_id, content_id, day)) in own]
            if days[-1] > app.running_day or not known:
                continue
            events = [event for found, _ in known for event in found]
            row = _row(facts, events, [order for _, found in known for order in found])
            views = row["views"]
            engaged = row["likes"] + row["comments"] + row["shares"] + row["favorites"]
            row |= {
                "engagement_rate": engaged / views if views else None,
                "completion_rate": row["completed_views"] / views if views else None,
                "share_rate": row["shares"] / views if views else None,
                "creator_id": content["creator_id"],
                "source_type": content["source_type"],
                "is_mature": life.first_day <= published and life.is_whole(published, days[-1]),
            }
            rows[app.app_id, content_id, "app", age] = rows[app.app_id, content_id, "all", age] = row
    return rows


def _own_days(facts: Facts) -> Days:
    """What was done with each content in the app, and bought because of it, by day."""
    days: Days = defaultdict(lambda: ([], []))
    sold = facts.named_by_purchase("content_id")
    for event in facts.events:
        content_id = event.properties.get("content_id")
        if content_id and event.measure in COUNTED.values():
            days[event.app_id, content_id, event.event_date][0].append(event)
    for order in facts.orders:
        if what := sold.get((order.app_id, order.order_id)):
            days[order.app_id, what["content_id"], order.order_date][1].append(order)
    return dict(days)


def _row(facts: Facts, events: list[Event], orders: list[Order]) -> Row:
    views = [event for event in events if event.measure == "content_view"]
    return {
        **{column: sum(event.measure == measure for event in events) for column, measure in COUNTED.items()},
        "viewers": len({event.user_id for event in views}),
        "view_seconds": sum((event.duration_seconds or Decimal(0) for event in views), Decimal(0)),
        "net_revenue": facts.net_revenue(orders),
    }
