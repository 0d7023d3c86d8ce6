"""The persons of a random company: who they are, on which devices, and on which days they come."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.oracle.company import Row


@dataclass
class Person:
    """`user_id` is None for somebody who never signs in."""

    user_id: str | None
    anonymous_id: str | None
    device_id: str
    signs_in_at_visit: int
    platforms: list[str | None]
    countries: list[str | None]
    marks: Row
    days: list[date] = field(default_factory=list)


FIRST_TOUCHES: list[Row] = [
    {},
    {"utm_source": "WeChat", "utm_medium": "social", "utm_campaign": "spring"},
    {"utm_source": "google", "utm_medium": "cpc"},
    {"utm_source": "unheard of", "utm_medium": "cpc"},
    {"utm_medium": "sms"},
    {"channel": "store_a"},
    {"channel": "store_b", "referrer": "https://www.example.org/page"},
    {"referrer": "https://search.example.net:8443/?q=1"},
    {"referrer": "https://checkout.stripe.com/back"},
]


def people_of(dice: random.Random, app: Row, as_of: datetime, number: int, silence: int) -> list[Person]:
    """`number` persons; nobody comes on the last `silence` days before the as-of moment."""
    first, last = date.fromisoformat(app["first_day"]), as_of.date() - timedelta(days=silence)
    people = []
    for index in range(number):
        user_id = None if index > 5 and dice.random() < 0.2 else f"user {index}"
        # Two persons of one household share a device and what the app knows of it.
        household = index - 1 if index % 5 == 4 else index
        person = Person(
            user_id=user_id,
            anonymous_id=None if user_id and dice.random() < 0.2 else f"device-{household}",
            device_id=f"phone-{household}",
            signs_in_at_visit=dice.choice([0, 0, 1, 3]),
            platforms=dice.choice([["ios"], ["android"], ["ios", "web"], ["web", None]]),
            countries=dice.choice([["CN"], ["CN", None], ["US", "CN"], [None]]),
            marks=dice.choice(FIRST_TOUCHES),
        )
        person.days = _days(dice, first, last)
        people.append(person)
    return people


def _days(dice: random.Random, first: date, last: date) -> list[date]:
    """Days of visits: a habit between the first and the last one, often with one long silence."""
    length = (last - first).days
    start = dice.randrange(-2, length + 1)
    end = length if dice.random() < 0.6 else dice.randrange(start, length + 1)
    habit = dice.choice([0.05, 0.2, 0.5, 0.95])
    silence_start = dice.randrange(start, end + 1)
    silence_end = silence_start + dice.choice([0, 6, 7, 8, 29, 30, 31, 32])
    return [
        first + timedelta(days=day)
        for day in range(start, end + 1)
        if day == start or (dice.random() < habit and not silence_start < day < silence_end)
    ]
