"""Random histories of deliveries: small apps whose events arrive over several steps in any order, also repeatedly.

Each app is one history. What counts depends on no delivery, so a rebuild from all of them must give the same.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.integration.profile_histories import carrying, profile_lines

Row = dict[str, Any]

CATALOG: list[Row] = [
    {"event_name": "app_open", "measure": "visit", "is_active_event": "true"},
    {"event_name": "read", "measure": "content_view", "is_key_event": "true"},
    {"event_name": "install", "is_active_event": "false"},
    {"event_name": "buy", "measure": "purchase", "is_key_event": "true"},
    {"event_name": "give_back", "measure": "refund"},
    {"event_name": "recall_sent", "measure": "recall_sent"},
    {"event_name": "join", "measure": "activity_join"},
]
NAMES = [
    "app_open", "app_open", "read", "read", "read", "install", "buy", "recall_sent", "join", "page_view", "like",
    "new name", "publish", "comment", "report_content", "item_view", "add_to_cart",
]  # fmt: skip
ZONES = [
    "Asia/Shanghai",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/London",
    "UTC",
]
PAUSES = [
    timedelta(0),
    timedelta(minutes=5),
    timedelta(minutes=30),  # exactly this long still continues a session
    timedelta(minutes=30, microseconds=1),
    timedelta(minutes=29),
    timedelta(hours=5),
]
#: Where the deliveries of an app come from: in order, the newest first, the oldest at the very end, or anyhow.
ORDERS = ["in order", "backwards", "one straggler", "anyhow", "anyhow"]


@dataclass
class History:
    """One app: its workbook row, exclusions, and the lines of each step (some lines twice, some of them changed).

    `steps` are events, `profiles` operations on profiles of 神策, `orders` states of the app database.
    """

    app: Row
    exclusions: list[Row]
    steps: list[list[Row]]
    orders: list[list[Row]] = field(default_factory=list)
    profiles: list[list[Row]] = field(default_factory=list)


def random_history(seed: str, app_id: str, steps: int, now: datetime, days: int = 24) -> History:
    """Deliveries of an app up to `now`, the as-of moment of the last step; equal arguments give equal histories."""
    dice = random.Random(f"{seed} {app_id}")
    zone = dice.choice(ZONES)
    launch = (now - timedelta(days=days - 4)).date().isoformat() if dice.random() < 0.25 else None
    app = {"app_id": app_id, "timezone": zone, "launch_date": launch, "currency": "CNY",
           "week_start": dice.choice(["monday", "sunday"])}  # fmt: skip
    events = _events(dice, app_id, ZoneInfo(zone), now, days)
    first_day = (now - timedelta(days=dice.randrange(days))).date().isoformat()
    exclusions = [
        {"app_id": app_id, "user_id": "user 0", "from_date": first_day if dice.random() < 0.5 else None},
        {"app_id": app_id, "device_id": "phone 1", "from_date": first_day if dice.random() < 0.7 else None},
    ]
    deliveries = [[carrying(line) for line in lines] for lines in _deliveries(dice, events, steps)]
    orders = _orders(dice, app_id, now, steps) if dice.random() < 0.3 else []
    profiles = profile_lines(seed, app_id, steps, now)
    return History(app, dice.sample(exclusions, dice.randrange(3)), deliveries, orders, profiles)


def _events(dice: random.Random, app_id: str, zone: ZoneInfo, now: datetime, days: int) -> list[Row]:
    """Chains of visits, many around local midnight, some after `now`, ordered by time."""
    events: list[Row] = []
    while len(events) < 110:
        day = (now - timedelta(days=dice.randrange(-2, days))).astimezone(zone).date()
        start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        moment = start + timedelta(
            minutes=dice.choice([-70, -31, -30, -10, 0, 5, 600, 900]), microseconds=dice.randrange(2)
        )
        person, household = dice.randrange(5), dice.randrange(3)
        for _ in range(dice.randrange(1, 6)):
            events.append(_event(dice, app_id, f"{len(events):04}", moment, person, household))
            moment += dice.choice(PAUSES)
    return sorted(events, key=lambda event: (event["occurred_at"], event["event_id"]))


def _event(
    dice: random.Random, app_id: str, number: str, moment: datetime, person: int, household: int
) -> Row:
    is_anonymous = dice.random() < 0.45
    name = dice.choice(NAMES)
    properties: Row = {"duration_seconds": dice.randrange(90)}
    if name == "buy":
        properties |= {"order_id": f"order {dice.randrange(9)}", "revenue": str(dice.randrange(1, 99))}
        properties |= {"channel": "store_a", "content_id": "text 1", "item_id": "cup"}
    elif name == "join":
        properties["activity_id"] = f"feast {dice.randrange(2)}"
    elif name in ("publish", "comment", "report_content"):
        properties |= {"content_id": dice.choice(["text 1", "text 2", None]), "creator_id": f"user {person}"}
    elif name in ("item_view", "add_to_cart"):
        properties["item_id"] = dice.choice(["cup", "pot"])
    elif dice.random() < 0.2:
        properties |= {"utm_source": dice.choice(["wechat", "google", "unheard of"]), "content_id": "text 2"}
    received = moment + timedelta(seconds=dice.choice([0, 3, 90_000] * 5 + [401 * 86_400]))
    return {
        "event_id": number,
        "app_id": app_id,
        "event_name": name,
        "user_id": None if is_anonymous else f"user {person}",
        "anonymous_id": f"device {household}" if is_anonymous or dice.random() < 0.4 else None,
        "occurred_at": moment.isoformat(),
        "received_at": received.isoformat() if dice.random() < 0.7 else None,
        "device_id": dice.choice([f"phone {household}", None]),
        "platform": dice.choice(["ios", "web", None]),
        "app_version": dice.choice(["1.0", "1.1"]),
        "country": dice.choice(["CN", "US", None]),
        "properties": properties,
    }


def _deliveries(dice: random.Random, events: list[Row], steps: int) -> list[list[Row]]:
    delivered: list[list[Row]] = [[] for _ in range(steps)]
    order = dice.choice(ORDERS)
    for place, event in enumerate(events):
        step = dice.randrange(steps)
        if order == "in order":
            step = place * steps // len(events)
        elif order == "backwards":
            step = steps - 1 - place * steps // len(events)
        elif order == "one straggler":
            step = steps - 1 if place == 0 else place * (steps - 1) // len(events)
        delivered[step].append(event)
        for _ in range(dice.choice([0, 0, 0, 0, 0, 1, 2])):
            delivered[dice.randrange(steps)].append(_version(dice, event, order == "anyhow"))
    return delivered


def _version(dice: random.Random, event: Row, is_wild: bool) -> Row:
    """The event again: the same, or with another content that was received earlier or later."""
    if dice.random() < 0.4:
        return event
    occurred = datetime.fromisoformat(event["occurred_at"])
    version = {
        **event,
        "received_at": (occurred + timedelta(seconds=dice.choice([-5, 1, 7, 100_000]))).isoformat(),
    }
    if is_wild:
        version["occurred_at"] = (
            occurred + timedelta(hours=dice.choice([-26, -1, 0, 1, 26, 60 * 24]))
        ).isoformat()
        version["user_id"] = dice.choice([event["user_id"], "user 3", None])
        if version["user_id"] is None:
            version["anonymous_id"] = "device 2"
        version["event_name"] = dice.choice([event["event_name"], "read", "install"])
        version["device_id"] = dice.choice([event["device_id"], "phone 1"])
    else:
        version["platform"] = "android"
    return version


def _orders(dice: random.Random, app_id: str, now: datetime, steps: int) -> list[list[Row]]:
    """States of the app database: orders come, change their amount and owner, and move to another day."""
    table: dict[str, Row] = {}
    states = []
    for _ in range(steps):
        for number in dice.sample(range(6), 2):
            paid_at = now - timedelta(days=dice.uniform(0, 20))
            table[f"db {number}"] = {
                "app_id": app_id, "order_id": f"db {number}", "user_id": f"user {dice.randrange(6)}",
                "paid_at": paid_at.isoformat() if dice.random() < 0.9 else None, "status": "paid",
                "gross_amount": str(dice.randrange(0, 50)), "discount_amount": "0", "currency_code": "CNY",
            }  # fmt: skip
        states.append([dict(row) for row in table.values()])
    return states
