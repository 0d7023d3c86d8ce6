"""What a company tries to win and keep its users with: contents, activities, items, features, and more touches."""

import random
from datetime import datetime, time, timedelta

from tests.oracle.company import Company, Row
from tests.oracle.company_people import FIRST_TOUCHES

DATABASE_APPS = ("alpha", "beta")
DEEDS: dict[str, list[Row]] = {
    "item_view": [{"item_id": "i1", "duration_seconds": "2.5"}, {"item_id": "i2"}, {"item_id": "i1"}, {}],
    "add_to_cart": [{"item_id": "i1"}, {"item_id": "i3"}],
    "feature_use": [{"feature": "search"}, {"feature": "live"}, {}],
    "publish": [{"content_id": "story 1"}, {"content_id": "story 9"}, {}],
    "report_content": [{"content_id": "story 1"}, {"content_id": "story 2"}, {}],
    "like": [{"content_id": "story 0"}, {"content_id": "story 3"}],
    "content_complete": [{"content_id": "story 0"}, {"content_id": "story 1"}],
    "page_view": FIRST_TOUCHES,
    "activity_join": [{"activity_id": "join"}, {"activity_id": "join"}, {"activity_id": "carried"}, {}],
}
GOALS = ["orders", "net_revenue", "dau", "paying_rate", "arpu", "paying_users"]


def add_marketing(dice: random.Random, company: Company) -> None:
    """To everything that is there already: events beside events, purchases of known orders, plans of activities."""
    for app_id in ["alpha", "beta", "gamma", "stray"]:
        own = [row for row in company.events if row["app_id"] == app_id and row["event_id"].startswith("e")]
        _plan_activities(dice, company, app_id, own)
        for number in range(300):
            base, name = dice.choice(own), dice.choice(list(DEEDS))
            properties = dict(dice.choice(DEEDS[name]))
            if "activity_id" in properties:
                properties["activity_id"] += f" {app_id}"
            _beside(
                company,
                base,
                f"d{app_id}{number}",
                name,
                timedelta(seconds=dice.choice([0, 1, 40])),
                properties,
            )
        if app_id in DATABASE_APPS:
            _publish_contents(dice, company, app_id)
            _sell_from_the_database(dice, company, app_id)
        else:
            for row in own:
                if row["event_name"] == "buy":
                    row["properties"] |= _sale(dice, app_id, "discount")
    first = company.as_of.date() - timedelta(days=75)
    company.calendar = [
        {"calendar_date": (first + timedelta(days=dice.randrange(75))).isoformat(), "holiday_name": "feast"}
        for _ in range(3)
    ]
    company.calendar = list({row["calendar_date"]: row for row in company.calendar}.values())


def _beside(company: Company, base: Row, event_id: str, name: str, later: timedelta, properties: Row) -> None:
    moment = datetime.fromisoformat(base["occurred_at"]) + later
    company.events.append({
        **base, "event_id": event_id, "event_name": name, "occurred_at": moment.isoformat(), "received_at": None,
        "properties": properties,
    })  # fmt: skip


def _sale(dice: random.Random, app_id: str, discount: str) -> Row:
    """What a purchase may name; None is left out."""
    sale = {
        "item_id": dice.choice([None, "i1", "i2"]),
        "quantity": dice.choice([None, "2"]),
        "content_id": dice.choice([None, "story 0", "story 1"]),
        "activity_id": dice.choice([None, None, f"join {app_id}", f"carried {app_id}"]),
        discount: dice.choice([None, None, "1.5"]),
    }
    return {name: value for name, value in sale.items() if value is not None}


def _sell_from_the_database(dice: random.Random, company: Company, app_id: str) -> None:
    """Orders get discounts and activities, some of them purchase events; touches at the borders of the window."""
    for number, order in enumerate(row for row in company.orders if row["app_id"] == app_id):
        sale = _sale(dice, app_id, "discount_amount")
        order |= {name: sale[name] for name in ("activity_id", "discount_amount") if name in sale}
        if not order.get("paid_at"):
            continue
        paid_at = datetime.fromisoformat(order["paid_at"])
        event: Row = {"app_id": app_id, "user_id": order["user_id"], "occurred_at": order["paid_at"]}
        for part, properties in enumerate([sale, {"item_id": "i4"}][: dice.choice([0, 1, 2])]):
            what = {**properties, "order_id": order["order_id"]}
            _beside(company, event, f"p{app_id}{number}-{part}", "buy", timedelta(seconds=part), what)
        for part in range(dice.choice([0, 0, 3])):
            age = timedelta(days=dice.choice([7, 14, 30]), microseconds=dice.choice([-1, 0, 1]))
            touch = dict(dice.choice(FIRST_TOUCHES))
            _beside(
                company,
                event,
                f"t{app_id}{number}-{part}",
                "app_open",
                -dice.choice([age, timedelta(0)]),
                touch,
            )
        assert paid_at.tzinfo
    for number in range(12):
        company.points_ledger.append({
            "app_id": app_id, "entry_id": f"granted-{number}", "user_id": f"user {number}", "points": "10",
            "entry_type": dice.choice(["earned", "used"]), "cost_amount": dice.choice([None, "0.7", "3.333333"]),
            "activity_id": f"join {app_id}",
            "occurred_at": (company.as_of - timedelta(days=dice.uniform(-1, 70))).isoformat(),
        })  # fmt: skip


def _publish_contents(dice: random.Random, company: Company, app_id: str) -> None:
    for number in range(6):
        published_at = company.as_of - timedelta(days=dice.choice([-1, 0, 2, 6, 7, 29, 30, 60, 80]))
        company.contents.append({
            "app_id": app_id, "content_id": f"story {number}", "creator_id": f"creator {number % 3}",
            "content_type": "article", "source_type": dice.choice(["UGC", "PGC"]), "topic": "food",
            "published_at": published_at.isoformat() if number else (company.as_of - timedelta(days=40)).isoformat(),
            "status": "published" if number == 0 else dice.choice(["published", "removed", "featured", "draft"]),
        })  # fmt: skip


def _plan_activities(dice: random.Random, company: Company, app_id: str, own: list[Row]) -> None:
    """One that users join, one that events carry, a short one, one still to end and one still to come."""
    starts = {"join": -30, "carried": -27, "short": -12, "running": -2, "coming": 3, "early": -70}
    for name, days in starts.items():
        start = datetime.combine(company.as_of.date(), time(dice.choice([0, 10]))) + timedelta(days=days)
        end = start + timedelta(days=4 if name == "running" else dice.choice([0, 1, 5]), hours=9)
        company.activities.append({
            "activity_id": f"{name} {app_id}", "app_id": app_id,
            "start_at": start.isoformat(sep=" "), "end_at": end.isoformat(sep=" "),
            "participation_event": dice.choice([None, "page_view"]) if name != "join" else "activity_join",
            "goal_kpi_code": "activity_participants" if name == "carried" else dice.choice([*GOALS, None]),
            "goal_value": "12", "budget_amount": "100", "currency": dice.choice([None, "USD"]),
        })  # fmt: skip
    users = sorted({row["user_id"] for row in own if row["user_id"]})
    for number, user_id in enumerate([*users, "never seen"]):
        if number % 3 < 2:
            group = "control" if number % 3 else "target"
            company.activity_groups.append(
                {"activity_id": f"short {app_id}", "app_id": app_id, "user_id": user_id, "group": group}
            )
