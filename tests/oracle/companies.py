"""Random companies that are small and nasty: everything the rules of docs/metrics.md speak of happens in them."""

import random
from datetime import UTC, date, datetime, timedelta

from tests.oracle.company import Company, Row
from tests.oracle.company_marketing import add_marketing
from tests.oracle.company_operations import SILENCES, add_operations
from tests.oracle.company_outside import add_outside
from tests.oracle.company_people import Person, people_of
from tests.oracle.company_veteran import add_veteran
from tests.oracle.company_visits import visits_of

CATALOG: list[Row] = [
    {"event_name": "app_open", "measure": "visit"},
    {"event_name": "page_view", "measure": "page_view", "is_active_event": "true"},
    {"event_name": "read_article", "measure": "content_view", "is_key_event": "true"},
    {"event_name": "like", "measure": "like"},
    {"event_name": "share_out", "measure": "share", "is_key_event": "true"},
    {"event_name": "install", "measure": None, "is_active_event": "false"},
    {"event_name": "recall_sent", "measure": "recall_sent", "is_active_event": "true"},
    {"event_name": "buy", "measure": "purchase", "is_key_event": "true"},
    {"event_name": "refund", "measure": "refund"},
]  # fmt: skip
#: Zones with summer time, half and quarter hours; Lord Howe moves its clock by half an hour.
ZONES = [
    "Asia/Shanghai", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/St_Johns", "Europe/London", "UTC",
]  # fmt: skip
CURRENCIES = {"CNY": None, "USD": "7.1234567891", "INR": "0.0834500001"}


def random_company(seed: int, days: int = 75, people: int = 18) -> Company:
    """Three listed apps, one that only data name and one older than a year; `days` of data end at a random moment.

    `people` is the number of persons per app. Equal arguments give the equal company.
    """
    dice = random.Random(seed)
    # The clocks of both hemispheres change in March and April, and again in October and November.
    last_day = dice.choice([date(2026, 4, 12), date(2025, 11, 9), date(2026, 3, 31)])
    as_of = datetime(last_day.year, last_day.month, last_day.day, dice.randrange(24), 37, 11, tzinfo=UTC)
    company = Company(as_of=as_of, event_catalog=CATALOG)
    crowds: dict[str, list[Person]] = {}
    for number, app_id in enumerate(["alpha", "beta", "gamma", "stray"]):
        app = _app(dice, app_id, number, as_of, days)
        if app_id != "stray":
            company.apps.append(app)
        crowds[app_id] = _fill_app(dice, company, app, people)
    company.fx_rates = _fx_rates(dice, as_of, days)
    add_operations(random.Random(seed), company, crowds)
    add_marketing(random.Random(seed), company)
    add_outside(random.Random(seed), company)
    add_veteran(random.Random(seed), company)
    add_copies(dice, company)
    return company


def _app(dice: random.Random, app_id: str, number: int, as_of: datetime, days: int) -> Row:
    """The first two apps have a database; the first one starts in the middle of its data."""
    first = (as_of - timedelta(days=days)).date()
    if app_id == "stray":
        return {
            "app_id": app_id,
            "timezone": "Asia/Shanghai",
            "currency": "CNY",
            "first_day": first.isoformat(),
        }
    return {
        "app_id": app_id,
        "timezone": dice.choice(ZONES),
        "week_start": ["monday", "sunday", None][number],
        "currency": dice.choice(list(CURRENCIES)),
        "launch_date": (first + timedelta(days=3)).isoformat() if number == 0 else None,
        "events_since": (first + timedelta(days=5)).isoformat() if number != 1 else None,
        "first_day": first.isoformat(),
    }


def _fill_app(dice: random.Random, company: Company, app: Row, people: int) -> list[Person]:
    has_database = app["app_id"] in ("alpha", "beta")
    silence = SILENCES.get(app["app_id"], 0)
    crowd = people_of(dice, app, company.as_of, people, silence)
    for person in crowd:
        visits_of(dice, company, app, person, sells_by_event=not has_database)
    if app["app_id"] == "beta":
        _steady_feed(dice, company, app, silence)
    if has_database:
        fill_database(dice, company, app, crowd)
    company.excluded_users += [
        {"app_id": app["app_id"], "user_id": crowd[0].user_id, "reason": "staff", "from_date": None},
        {"app_id": app["app_id"], "user_id": crowd[1].user_id, "reason": "moved to staff",
         "from_date": (company.as_of - timedelta(days=20)).date().isoformat()},
        {"app_id": app["app_id"], "device_id": crowd[2].device_id, "reason": "test phone",
         "from_date": (company.as_of - timedelta(days=12)).date().isoformat()},
    ]  # fmt: skip
    return crowd


def _steady_feed(dice: random.Random, company: Company, app: Row, silence: int) -> None:
    """An event every few hours for 40 days, so that the silence after it means a broken feed."""
    for hours in range(silence * 24, 40 * 24, 5):
        moment = company.as_of - timedelta(hours=hours, minutes=dice.randrange(60))
        company.events.append({
            "event_id": f"steady-{hours}",
            "app_id": app["app_id"],
            "event_name": "page_view",
            "user_id": f"steady-{hours % 7}",
            "occurred_at": moment.isoformat(),
        })  # fmt: skip


def fill_database(dice: random.Random, company: Company, app: Row, crowd: list[Person]) -> None:
    start = datetime.fromisoformat(app["first_day"]).replace(tzinfo=UTC)
    everyone = [person.user_id for person in crowd if person.user_id] + ["only-registered"]
    for user_id in dict.fromkeys(everyone):
        if dice.random() < 0.2:
            continue
        registered = start + timedelta(days=dice.uniform(-30, 40))
        company.users.append({
            "app_id": app["app_id"],
            "user_id": user_id,
            "registered_at": registered.isoformat() if dice.random() < 0.9 else None,
            "acquisition_channel": dice.choice([None, None, "wechat", "WeiXin", "nobody knows", "direct", "store_a"]),
            "acquisition_campaign": dice.choice([None, "spring"]),
            "country": dice.choice([None, "CN", "US"]),
            "region": dice.choice([None, "Zhejiang"]),
            "tier": dice.choice([None, "silver"]),
        })  # fmt: skip
    for number in range(6):
        user_id = dice.choice(everyone)
        moment = start + timedelta(days=dice.uniform(0, 90), seconds=number)
        company.user_tier_changes.append({"app_id": app["app_id"], "user_id": user_id,
                                          "changed_at": moment.isoformat(), "tier": f"tier {number}"})  # fmt: skip
        company.points_ledger.append({
            "app_id": app["app_id"],
            "entry_id": f"entry-{number}",
            "user_id": user_id,
            "entry_type": dice.choice(["earned", "used", "expired"]),
            "points": str(dice.randrange(500)),
            "occurred_at": moment.isoformat(),
        })  # fmt: skip


def _fx_rates(dice: random.Random, as_of: datetime, days: int) -> list[Row]:
    """A rate every one to eight days, so that each day has one that is at most 7 days old."""
    rows = []
    for currency, rate in CURRENCIES.items():
        day = (as_of - timedelta(days=days + 15)).date()
        while rate and day <= as_of.date():
            wobble = f"{float(rate) * dice.uniform(0.9, 1.1):.10f}"
            rows.append({"rate_date": day.isoformat(), "currency": currency, "rate_to_reporting": wobble})
            day += timedelta(days=dice.randrange(1, 9))
    return rows


def add_copies(dice: random.Random, company: Company) -> None:
    """Some events come twice, some of these with another content that was received later; none in order."""
    copies = []
    for event in dice.sample(company.events, len(company.events) // 20):
        copy = dict(event)
        if dice.random() < 0.5:
            occurred_at = datetime.fromisoformat(event["occurred_at"])
            received_at = datetime.fromisoformat(event.get("received_at") or event["occurred_at"])
            if received_at - occurred_at < timedelta(days=2):
                copy["received_at"] = (max(occurred_at, received_at) + timedelta(hours=9)).isoformat()
                copy["country"] = "XX"
        copies.append(copy)
    company.events += copies
    dice.shuffle(company.events)
