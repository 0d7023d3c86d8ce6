"""What the company does to its users: funnels to watch, recalls, points, tiers and invitations."""

import random
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from tests.oracle.company import Company, Row
from tests.oracle.company_people import Person

#: Order mode, window in minutes and events of each funnel; two of them ask twice for one event.
FUNNELS: dict[str, tuple[str | None, int | None, list[str]]] = {
    "reading": ("ordered", 12, ["app_open", "read_article", "share_out"]),
    "a long way": (None, None, ["install", "page_view", "like", "buy"]),
    "there and back": ("ordered", 30, ["page_view", "like", "page_view"]),
    "again": ("ordered", 180, ["page_view", "page_view"]),
    "at once": ("strict", 30, ["app_open", "page_view", "page_view"]),
    "in a row": ("strict", 180, ["page_view", "like"]),
    "from install": ("strict", 4320, ["install", "app_open"]),
    "some": ("any", 30, ["like", "comment", "share_out"]),
    "twice": ("any", 2880, ["page_view", "buy", "page_view"]),
    "nobody": ("ordered", 60, ["no such event", "page_view"]),
}
DATABASE_APPS = ("alpha", "beta")
#: Days before the as-of moment without any event: one feed breaks down, one app ends early.
SILENCES = {"beta": 3, "stray": 12}


def add_operations(dice: random.Random, company: Company, crowds: dict[str, list[Person]]) -> None:
    for code, (mode, window, events) in FUNNELS.items():
        company.funnels.append(
            {"funnel_code": code, "funnel_name": code, "order_mode": mode, "window_minutes": window}
        )
        company.funnel_steps += [
            {"funnel_code": code, "step_number": number, "event_name": event, "step_name": None}
            for number, event in enumerate(events, start=1)
        ]
    for app_id, crowd in crowds.items():
        add_returners(dice, company, app_id, users=10)
        for person in crowd:
            recall(dice, company, app_id, person)
        if app_id in DATABASE_APPS:
            keep_ledger(dice, company, app_id, crowd, entries=40, changes=15)
            invite(dice, company, app_id, crowd, invitations=30)


def add_returners(dice: random.Random, company: Company, app_id: str, users: int) -> None:
    """Users of two visits, with or without a message between them, and borders of every kind."""
    for number in range(users):
        user_id = f"returner-{number}"
        first = company.as_of - timedelta(days=dice.randrange(58, 64))
        sent = first + timedelta(days=dice.choice([30, 31, 31, 32, 33]))
        back = sent + dice.choice([
            timedelta(hours=-1), timedelta(0), timedelta(microseconds=1), timedelta(days=1), timedelta(days=6),
            timedelta(days=7),
        ])  # fmt: skip
        steps = [("app_open", first), ("page_view", back)]
        for name, moment in [*steps, ("recall_sent", sent)] if number % 2 else steps:
            company.events.append({
                "event_id": f"{name}-{app_id}-{user_id}",
                "app_id": app_id,
                "event_name": name,
                "user_id": user_id,
                "occurred_at": moment.isoformat(),
                "properties": {"recall_channel": dice.choice(["sms", "push"])},
            })  # fmt: skip


def recall(dice: random.Random, company: Company, app_id: str, person: Person) -> None:
    """Around the 31st day of a silence and around the return, at the moment of an event too; and at any time."""
    own = [row for row in company.events if row["app_id"] == app_id and row.get("user_id") == person.user_id]
    days = [person.days[0] + timedelta(days=dice.randrange(70))] if dice.random() < 0.2 else []
    for before, after in pairwise([*person.days, company.as_of.date()]):
        if (after - before).days >= 29 and dice.random() < 0.6:
            days.append(before + timedelta(days=dice.randrange(29, 36)))
            days += [after - timedelta(days=back) for back in dice.sample(range(9), 2)]
    for number, day in enumerate(days):
        moment = datetime.combine(day, time(dice.randrange(24)), UTC)
        same_day = [row for row in own if row["occurred_at"].startswith(day.isoformat())]
        if same_day and person.user_id and dice.random() < 0.5:
            moment = datetime.fromisoformat(dice.choice(same_day)["occurred_at"])
        if moment > company.as_of - timedelta(days=SILENCES.get(app_id, 0)):
            continue
        company.events.append({
            "event_id": f"recall-{app_id}-{person.device_id}-{len(company.events)}-{number}",
            "app_id": app_id,
            "event_name": "recall_sent",
            "user_id": person.user_id,
            "anonymous_id": None if person.user_id else person.anonymous_id,
            "occurred_at": moment.isoformat(),
            "properties": {"recall_channel": dice.choice(["sms", "push", None])},
        })  # fmt: skip


def _moment(dice: random.Random, company: Company) -> datetime:
    """Of the last 80 days or just after the as-of moment, often at midnight of a common zone."""
    moment = company.as_of + timedelta(days=dice.uniform(-80, 2))
    return moment.replace(hour=16, minute=0, second=0) if dice.random() < 0.3 else moment


def keep_ledger(
    dice: random.Random, company: Company, app_id: str, crowd: list[Person], entries: int, changes: int
) -> None:
    users = [person.user_id or "nobody else" for person in crowd[:6]]
    for number in range(entries):
        company.points_ledger.append({
            "app_id": app_id,
            "entry_id": f"more-{number}",
            "user_id": dice.choice(users),
            "entry_type": dice.choice(["earned", "earned", "used", "expired"]),
            "points": str(dice.randrange(100)),
            "occurred_at": _moment(dice, company).isoformat(),
        })  # fmt: skip
    changed: set[tuple[str, str]] = set()
    for number in range(changes):
        key = (dice.choice(users), _moment(dice, company).isoformat())
        if key not in changed:
            changed.add(key)
            company.user_tier_changes.append(
                {"app_id": app_id, "user_id": key[0], "changed_at": key[1], "tier": f"grade {number % 4}"}
            )


def invite(dice: random.Random, company: Company, app_id: str, crowd: list[Person], invitations: int) -> None:
    users = [person.user_id for person in crowd if person.user_id] or ["nobody else"]
    for number in range(invitations):
        invited_at = _moment(dice, company)
        invitation: Row = {
            "app_id": app_id,
            "invitation_id": f"invitation-{number}",
            "inviter_user_id": dice.choice(users[:5]),
            "invitee_user_id": dice.choice([None, *users]),
            "invited_at": invited_at.isoformat(),
        }
        if dice.random() < 0.6:
            invitation["accepted_at"] = (invited_at + timedelta(days=dice.uniform(0, 20))).isoformat()
        company.invitations.append(invitation)
