"""Many small companies for one run of the pipeline: each is one app, and what the company shares differs by batch.

`random_app(batch, number)` is an app alone, a case that can be shrunk and kept; `merged` makes one company of many.
"""

import random
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta

from tests.oracle.companies import CATALOG, add_copies, fill_database
from tests.oracle.company import Company, Row
from tests.oracle.company_operations import FUNNELS, add_returners, invite, keep_ledger, recall
from tests.oracle.company_people import FIRST_TOUCHES, Person
from tests.oracle.company_visits import NAMES, visits_of

#: Summer time in both hemispheres, half and quarter hours, both ends of the date line.
ZONES = [
    "Asia/Shanghai", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/St_Johns", "Europe/London", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Chatham",
    "Australia/Adelaide", "America/Santiago",
]  # fmt: skip
#: What one unit is worth in CNY, roughly; the rates of a batch are relative to its reporting currency.
WORTH = {"CNY": 1.0, "USD": 7.1234567891, "INR": 0.08345, "JPY": 0.0471}
#: Apps live longer than the long silences of their users.
LENGTHS = [1, 4, 10, 36, 36, 64, 75, 75, 100, 150, 400]
#: Fields of a company that belong to one app each; the others are shared.
OF_APPS = (
    "events", "apps", "excluded_users", "users", "orders", "refunds", "user_tier_changes", "points_ledger",
    "invitations",
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """What all apps of one run share. `as_of` decides which clocks change and which day is a leap day."""

    name: str
    as_of: datetime
    reporting_currency: str
    week_start: str
    seed: int


BATCHES = {
    batch.name: batch
    for batch in (
        Batch("spring", datetime(2026, 4, 7, 9, 37, 11, tzinfo=UTC), "CNY", "monday", 1),
        Batch("leap_day", datetime(2024, 3, 12, 23, 59, 59, 999_999, tzinfo=UTC), "USD", "sunday", 2),
        Batch("autumn", datetime(2025, 11, 9, 18, 0, tzinfo=UTC), "CNY", "sunday", 3),
        Batch("new_year", datetime(2026, 1, 4, 3, 12, tzinfo=UTC), "INR", "monday", 4),
    )
}


def shared_tables(batch: Batch) -> Company:
    """A company without apps: catalog, funnels and rates of the batch."""
    dice = random.Random(batch.seed)
    company = Company(batch.as_of, batch.reporting_currency, batch.week_start)
    company.event_catalog = [row for row in CATALOG if dice.random() < 0.9]
    company.event_catalog.append({"event_name": "comment", "is_active_event": dice.choice(["true", "false"])})
    chosen = dict(dice.sample(sorted(FUNNELS.items()), 2))
    for number, mode in enumerate(["ordered", "strict", "any"]):
        events = [dice.choice([*NAMES, "buy", "install"]) for _ in range(dice.randrange(2, 5))]
        chosen[f"random {number}"] = (mode, dice.choice([1, 12, 30, 60, 1440, 4320]), events)
    for code, (mode, window, events) in chosen.items():
        company.funnels.append({"funnel_code": code, "order_mode": mode, "window_minutes": window})
        company.funnel_steps += [
            {"funnel_code": code, "step_number": number, "event_name": event}
            for number, event in enumerate(events, start=1)
        ]
    for currency, worth in WORTH.items():
        day = (batch.as_of - timedelta(days=520)).date()
        while currency != batch.reporting_currency and day <= batch.as_of.date():
            rate = worth / WORTH[batch.reporting_currency] * dice.uniform(0.9, 1.1)
            company.fx_rates.append(
                {"rate_date": day.isoformat(), "currency": currency, "rate_to_reporting": f"{rate:.10f}"}
            )
            day += timedelta(days=dice.randrange(1, 9))
    return company


def random_app(batch: Batch, number: int) -> Company:
    """One app with everything that concerns it. Equal arguments give the equal company."""
    dice = random.Random(batch.seed * 100_000 + number)
    company = shared_tables(batch)
    length, silence = dice.choice(LENGTHS), dice.choice([0, 0, 0, 0, 2, 5])
    app = _app(dice, f"app {number:03}", company.as_of, length)
    if dice.random() < 0.9:
        company.apps.append(app)
    else:
        app |= {"timezone": "Asia/Shanghai", "currency": "CNY", "launch_date": None}
    has_database = dice.random() < 0.5
    crowd = _crowd(dice, app, company.as_of, length, min(silence, length))
    for person in crowd:
        visits_of(dice, company, app, person, sells_by_event=not has_database)
    if dice.random() < 0.15:
        _steady_feed(dice, company, app, silence)
    if has_database:
        fill_database(dice, company, app, crowd)
        _early_and_late_money(dice, company, app)
        keep_ledger(dice, company, app["app_id"], crowd, entries=6, changes=4)
        invite(dice, company, app["app_id"], crowd, invitations=3)
    if silence == 0:
        if dice.random() < 0.6:
            add_returners(dice, company, app["app_id"], users=4)
        for person in crowd:
            recall(dice, company, app["app_id"], person)
    _exclude(dice, company, app, crowd)
    add_copies(dice, company)
    return company


def merged(batch: Batch, cases: list[Company]) -> Company:
    """One company of many apps, each of which keeps its own rows."""
    company = shared_tables(batch)
    for case in cases:
        for name in OF_APPS:
            getattr(company, name).extend(getattr(case, name))
    random.Random(batch.seed).shuffle(company.events)
    return company


def rows_of(case: Company) -> dict[str, list[Row]]:
    """The rows of one app by field, to shrink and to keep them."""
    return {
        field.name: getattr(case, field.name)
        for field in fields(case)
        if field.name in OF_APPS and getattr(case, field.name)
    }


def case_of(batch: Batch, rows: dict[str, list[Row]]) -> Company:
    case = shared_tables(batch)
    for name, own in rows.items():
        setattr(case, name, own)
    return case


def _app(dice: random.Random, app_id: str, as_of: datetime, length: int) -> Row:
    first = (as_of - timedelta(days=length)).date()
    launch = dice.choice([None, None, None, first + timedelta(days=min(3, length)), first - timedelta(days=10),
                          as_of.date(), as_of.date() + timedelta(days=dice.choice([1, 5]))])  # fmt: skip
    since = dice.choice([None, None, first, first + timedelta(days=5), as_of.date() - timedelta(days=33)])
    return {
        "app_id": app_id,
        "timezone": dice.choice(ZONES),
        "week_start": dice.choice(["monday", "sunday", None]),
        "currency": dice.choice([*WORTH, None]),
        "launch_date": launch and launch.isoformat(),
        "events_since": since and since.isoformat(),
        "first_day": first.isoformat(),
    }


def _crowd(dice: random.Random, app: Row, as_of: datetime, length: int, silence: int) -> list[Person]:
    """One to six persons; two of a household share a phone, some never sign in, some sign in late."""
    people = []
    first, last = date.fromisoformat(app["first_day"]), as_of.date() - timedelta(days=silence)
    for index in range(dice.choice([1, 2, 3, 4, 6])):
        phone = index - 1 if index and dice.random() < 0.3 else index
        user_id = f"user {index}" if dice.random() < 0.8 else None
        people.append(
            Person(
                user_id=user_id,
                anonymous_id=None if user_id and dice.random() < 0.3 else f"device-{phone}",
                device_id=f"phone-{phone}",
                signs_in_at_visit=dice.choice([0, 0, 1, 3]),
                platforms=dice.choice([["ios"], ["android"], ["ios", "web"], ["web", None]]),
                countries=dice.choice([["CN"], ["CN", None], ["US", "CN"], [None]]),
                marks=dice.choice(FIRST_TOUCHES),
                days=_days(dice, first, last, length),
            )
        )
    return people


def _days(dice: random.Random, first: date, last: date, length: int) -> list[date]:
    """A single day, a habit, or a few days with silences between them that rules speak of."""
    start = first + timedelta(days=dice.randrange(length + 1))
    kind = dice.choice(["once", "habit", "silences", "silences"])
    days = [min(start, last)]
    steps = [1, 1, 1, 2, 3] if kind == "habit" else [1, 6, 7, 8, 28, 29, 30, 31, 32, 60, 91]
    while kind != "once" and len(days) < 18 and dice.random() < 0.9:
        days.append(days[-1] + timedelta(days=dice.choice(steps)))
    return [day for day in days if day <= last]


def _steady_feed(dice: random.Random, company: Company, app: Row, silence: int) -> None:
    """Events on each of 28 or 27 local days, so that the silence after them means a broken feed, or does not."""
    for half_days in range(silence * 2, (silence + dice.choice([27, 28, 29])) * 2):
        moment = company.as_of - timedelta(hours=half_days * 12, minutes=dice.randrange(60))
        company.events.append({
            "event_id": f"steady-{half_days}",
            "app_id": app["app_id"],
            "event_name": dice.choice(["page_view", "page_view", "install"]),
            "user_id": f"steady-{half_days % 2}",
            "occurred_at": moment.isoformat(),
        })  # fmt: skip


def _early_and_late_money(dice: random.Random, company: Company, app: Row) -> None:
    """Orders before anybody was active, at midnight; refunds long after, of orders that nobody paid, of none."""
    first = datetime.combine(date.fromisoformat(app["first_day"]), time(), UTC)
    users = [row["user_id"] for row in company.users] or ["nobody"]
    for number in range(dice.randrange(4)):
        paid_at = first + timedelta(days=dice.choice([-2, 0, 1, 30]), hours=dice.choice([0, 8, 16]))
        if paid_at > company.as_of + timedelta(days=3):
            continue
        company.orders.append({
            "app_id": app["app_id"],
            "order_id": f"early-{number}",
            "user_id": dice.choice(users),
            "paid_at": paid_at.isoformat(),
            "status": "paid",
            "gross_amount": dice.choice(["0.01", "12.345678", "99"]),
            "currency_code": dice.choice([None, *WORTH]),
        })  # fmt: skip
        for days in dice.sample([0, 7, 31, 45, 400], dice.randrange(3)):
            company.refunds.append({
                "app_id": app["app_id"],
                "refund_id": f"late-{number}-{days}",
                "order_id": f"early-{number}" if dice.random() < 0.8 else "no such order",
                "refunded_at": (paid_at + timedelta(days=days)).isoformat(),
                "amount": dice.choice(["0.01", "4.000001"]),
            })  # fmt: skip


def _exclude(dice: random.Random, company: Company, app: Row, crowd: list[Person]) -> None:
    """Persons or their phones, often from one of their own days on or from the day after it."""
    for person in crowd:
        if dice.random() < 0.15:
            from_date = dice.choice(person.days or [company.as_of.date()]) + timedelta(
                days=dice.choice([0, 0, 1, -9])
            )
            key = {"device_id": person.device_id}
            if dice.random() < 0.5:
                key = {"user_id": person.user_id or f"anon:{person.anonymous_id}"}
            company.excluded_users.append({
                "app_id": app["app_id"], **key, "reason": "staff",
                "from_date": from_date.isoformat() if dice.random() < 0.8 else None,
            })  # fmt: skip
