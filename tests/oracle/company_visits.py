"""What the persons of a random company do: visits, nonsense that must not count, orders and refunds."""

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.company import Company, Row
from tests.oracle.company_people import Person

NAMES = [
    "app_open",
    "page_view",
    "page_view",
    "read_article",
    "like",
    "share_out",
    "comment",
    "never_catalogued",
]
PAUSES = [
    timedelta(0),
    timedelta(seconds=7, microseconds=250),
    timedelta(minutes=12),
    timedelta(minutes=30),  # exactly this long still continues a session
    timedelta(minutes=30, microseconds=1),
    timedelta(hours=3),
]


def visits_of(dice: random.Random, company: Company, app: Row, person: Person, sells_by_event: bool) -> None:
    """Append everything that the person does to the company."""
    zone = ZoneInfo(app["timezone"])
    for visit, day in enumerate(person.days):
        moment = _start(dice, day, zone)
        if visit == 0 and dice.random() < 0.3:
            before = moment - timedelta(hours=dice.choice([0, 5]))
            _add(dice, company, app, person, visit, before, "install", dict(dice.choice([person.marks, {}])))
        for step in range(dice.choice([1, 1, 2, 4, 9])):
            properties: Row = dict(person.marks) if step == 0 and visit in (0, 4) else {}
            if dice.random() < 0.3:
                properties["duration_seconds"] = f"{dice.uniform(0, 90):.3f}"
            if dice.random() < 0.2:
                properties["page"] = f"/{dice.randrange(4)}"
            _add(dice, company, app, person, visit, moment, dice.choice(NAMES), properties)
            moment += dice.choice(PAUSES)
        if dice.random() < 0.25:
            _buy(dice, company, app, person, visit, moment, sells_by_event)
        if dice.random() < 0.05:
            _add(dice, company, app, person, visit, moment + timedelta(days=9), "recall_sent", {})
    if dice.random() < 0.5:
        _nonsense(company, app, person, _start(dice, person.days[-1], zone))


def _start(dice: random.Random, day: date, zone: ZoneInfo) -> datetime:
    """A local moment, often in the last or first minutes of the day."""
    hour, minute = dice.choice([(23, 58), (0, 0), (0, 1), (2, 30), (dice.randrange(24), dice.randrange(60))])
    return datetime.combine(day, time(hour, minute), zone).astimezone(ZoneInfo("UTC"))


def _add(
    dice: random.Random, company: Company, app: Row, person: Person, visit: int, moment: datetime, name: str,
    properties: Row,
) -> None:  # fmt: skip
    is_signed_in = person.user_id is not None and (
        visit >= person.signs_in_at_visit or person.anonymous_id is None
    )
    if name == "read_article":
        # No database and no platform knows these contents: nobody knows when they were published.
        properties = {**properties, "content_id": f"story {visit % 5}"}
    event = {
        "event_id": f"e{len(company.events)}",
        "app_id": app["app_id"],
        "event_name": name,
        "user_id": person.user_id if is_signed_in else None,
        "anonymous_id": person.anonymous_id,
        "occurred_at": moment.isoformat(),
        "platform": dice.choice(person.platforms),
        "app_version": dice.choice([None, "1.0", f"1.{visit // 10}"]),
        "device_id": person.device_id,
        "country": dice.choice(person.countries),
        "region": dice.choice([None, None, "Zhejiang", "Ohio"]),
        "properties": properties,
    }
    if dice.random() < 0.5:
        event["received_at"] = (moment + timedelta(seconds=dice.choice([-3, 2, 86_400]))).isoformat()
    company.events.append(event)


def _nonsense(company: Company, app: Row, person: Person, moment: datetime) -> None:
    """Events at the borders of what counts: now, the future, broken clocks, the time before the launch."""
    future = company.as_of + timedelta(microseconds=1)
    launch = datetime.fromisoformat(app.get("launch_date") or "2020-01-01").replace(tzinfo=ZoneInfo("UTC"))
    strange = [
        (company.as_of, None),  # now is not the future: this one counts
        (future, None),
        (moment, moment + timedelta(days=400, microseconds=1)),
        (moment, moment - timedelta(days=1, microseconds=1)),
    ]
    if app.get("launch_date"):
        strange.append((launch - timedelta(days=4), None))
    for number, (occurred_at, received_at) in enumerate(strange):
        company.events.append({
            "event_id": f"n{len(company.events)}-{number}",
            "app_id": app["app_id"],
            "event_name": "page_view",
            "user_id": person.user_id or "a ghost",
            "occurred_at": occurred_at.isoformat(),
            "received_at": received_at.isoformat() if received_at else None,
        })  # fmt: skip


def _buy(
    dice: random.Random,
    company: Company,
    app: Row,
    person: Person,
    visit: int,
    moment: datetime,
    by_event: bool,
) -> None:
    order_id, currency = f"o{len(company.events)}", dice.choice([None, "USD", "CNY"])
    gross = dice.choice(["0", "19.9", "100.000001", f"{dice.uniform(1, 900):.2f}"])
    refunded_at = moment + timedelta(days=dice.choice([0, 1, 20]), minutes=5)
    refund = dice.choice([None, None, gross, "3.333333"])
    app_id = app["app_id"]
    if by_event:
        sale = {
            "order_id": order_id,
            "revenue": gross,
            "currency": currency,
            "discount": dice.choice([None, "1.5"]),
        }
        _add(dice, company, app, person, visit, moment, "buy", sale)
        if dice.random() < 0.1:  # told once more, with another amount: the first one counts
            late = moment + timedelta(minutes=dice.choice([0, 40]))
            _add(dice, company, app, person, visit, late, "buy", {**sale, "revenue": "7"})
        if refund:
            what = {"order_id": order_id, "revenue": refund}
            _add(dice, company, app, person, visit, refunded_at, "refund", what)
        return
    if moment > company.as_of - timedelta(days=1) and dice.random() < 0.5:
        moment = company.as_of + timedelta(hours=1)
    company.orders.append({
        "app_id": app_id,
        "order_id": order_id,
        "user_id": person.user_id or "buyer without events",
        "paid_at": moment.isoformat() if dice.random() < 0.95 else None,
        "status": "paid",
        "gross_amount": gross,
        "discount_amount": dice.choice([None, "0.333333"]),
        "currency_code": currency,
        "channel": dice.choice([None, "store_a"]),
        "activity_id": dice.choice([None, "sale"]),
    })  # fmt: skip
    if refund:
        company.refunds.append({"app_id": app_id, "refund_id": f"r{order_id}", "order_id": order_id,
                                "refunded_at": refunded_at.isoformat(), "amount": refund})  # fmt: skip
