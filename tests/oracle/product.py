"""What is used, bought and talked about: features, the product's stage, the community and items."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.company import App, Company, Row, parse_moment
from tests.oracle.events import Event
from tests.oracle.facts import Facts
from tests.oracle.life import Life
from tests.oracle.money import Order
from tests.oracle.user_days import UserDays


def feature_adoption_of(
    apps: dict[str, App], lives: dict[str, Life], events: list[Event]
) -> dict[tuple, Row]:
    """Keyed by app, feature and week."""
    dates: dict[tuple, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    active: dict[tuple, set[str]] = defaultdict(set)
    for event in events:
        week = apps[event.app_id].period_start(event.event_date, "week")
        if event.is_active:
            active[event.app_id, week].add(event.user_id)
        if event.measure == "feature_use":
            feature = event.properties.get("feature") or "(unknown)"
            dates[event.app_id, feature, week][event.user_id].add(event.event_date)
    rows = {}
    for (app_id, feature, week), users in dates.items():
        crowd = len(active[app_id, week])
        again = sum(len(days) >= 2 for days in users.values())
        rows[app_id, feature, week] = {
            "users": len(users),
            "active_users": crowd,
            "adoption_rate": len(users) / crowd,
            "repeat_users": again,
            "repeat_rate": again / len(users),
            "is_complete": lives[app_id].is_whole(week, week + timedelta(days=6)),
        }
    return rows


def community_of(
    company: Company, apps: dict[str, App], lives: dict[str, Life], events: list[Event]
) -> dict[tuple, Row]:
    """Keyed by app and date, for every day of the app's life."""
    rows = {}
    for app_id, life in lives.items():
        for day in life.days():
            own = [event for event in events if (event.app_id, event.event_date) == (app_id, day)]
            posts = [event for event in own if event.measure == "publish"]
            comments = [event for event in own if event.measure == "comment"]
            reports = [event for event in own if event.measure == "report_content"]
            fates = [
                row["status"]
                for row in company.contents
                if row["app_id"] == app_id
                and parse_moment(row["published_at"]) <= company.as_of
                and apps[app_id].local_date(parse_moment(row["published_at"])) == day
            ]
            count = len({event.properties.get("content_id") or event.event_id for event in posts})
            rows[app_id, day] = {
                "posts": count,
                "posters": len({event.user_id for event in posts}),
                "comments": len(comments),
                "commenters": len({event.user_id for event in comments}),
                "replies_per_post": len(comments) / count if count else None,
                "reported_contents": len({event.properties.get("content_id") for event in reports} - {None}),
                "removed_contents": fates.count("removed"),
                "featured_contents": fates.count("featured"),
                "is_complete": life.is_whole(day, day),
            }
    return rows


def items_of(facts: Facts) -> dict[tuple, Row]:
    """Keyed by app, item and date."""
    looks: dict[tuple, list[Event]] = defaultdict(list)
    sales: dict[tuple, list[Order]] = defaultdict(list)
    sold = facts.named_by_purchase("item_id")
    for event in facts.events:
        if event.measure in ("item_view", "add_to_cart") and event.properties.get("item_id"):
            looks[event.app_id, event.properties["item_id"], event.event_date].append(event)
    for order in facts.orders:
        if what := sold.get((order.app_id, order.order_id)):
            sales[order.app_id, what["item_id"], order.order_date].append(order)
    rows = {}
    for key in looks.keys() | sales.keys():
        life = facts.lives[key[0]]
        views = [event for event in looks[key] if event.measure == "item_view"]
        visitors = len({event.user_id for event in views})
        buyers = len({order.user_id for order in sales[key] if order.gross > 0})
        pieces = [sold[order.app_id, order.order_id].get("quantity") or 1 for order in sales[key]]
        rows[key] = {
            "visitors": visitors,
            "views": len(views),
            "dwell_seconds": sum((event.duration_seconds or Decimal(0) for event in views), Decimal(0)),
            "cart_users": len({event.user_id for event in looks[key] if event.measure == "add_to_cart"}),
            "paying_buyers": buyers,
            "orders": len(sales[key]),
            "quantity": sum(map(Decimal, pieces), Decimal(0)),
            "net_revenue": facts.net_revenue(sales[key]),
            "conversion_rate": buyers / visitors if visitors else None,
            "is_complete": life.first_day <= key[2] and life.is_whole(key[2], key[2]),
        }
    return rows


def _stage(age: int, growth: float | None) -> str | None:
    if age < 6:
        return "exploration"
    if growth is None:
        return None
    return "growth" if growth >= 0.1 else "decline" if growth <= -0.1 else "maturity"


def stages_of(
    lives: dict[str, Life], lifecycle: dict[tuple, Row], retention: dict[tuple, Row], days: UserDays
) -> dict[tuple, Row]:
    """Keyed by app and month. Exploration in the first six months; then by active users against three months before."""
    revenue: dict[tuple, Decimal] = defaultdict(Decimal)
    for (app_id, _, day), row in days.items():
        revenue[app_id, day.replace(day=1)] += row["net_revenue"]
    months = sorted((app_id, month) for app_id, grain, month in lifecycle if grain == "month")
    first_months = {app_id: month for app_id, month in reversed(months)}
    rows = {}
    for app_id, month in months:
        row = lifecycle[app_id, "month", month]
        before = [month.replace(day=1)]
        for _ in range(3):
            before.append((before[-1] - timedelta(days=1)).replace(day=1))
        earlier = lifecycle.get((app_id, "month", before[3]))
        cohort = retention.get((app_id, "new", "month", before[1], "on", 1, "all", "all"))
        active, then = row["active_users"], earlier and earlier["active_users"]
        money = revenue[app_id, before[3]] if earlier else Decimal(0)
        is_known = lives[app_id].is_whole(before[3], before[2] - timedelta(days=1))
        growth = (active - then) / then if then and is_known else None
        age = (month.year - first_months[app_id].year) * 12 + month.month - first_months[app_id].month
        rows[app_id, month] = {
            "active_users": active,
            "growth_rate_3m": growth,
            "new_user_share": row["new_users"] / active if active else None,
            "retention_m1": cohort["retention_rate"] if cohort and cohort["is_mature"] else None,
            "revenue_growth_3m": float((revenue[app_id, month] - money) / money) if money > 0 else None,
            "stage": _stage(age, growth) if row["is_complete"] else None,
            "is_complete": row["is_complete"],
        }
    return rows
