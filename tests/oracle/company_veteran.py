"""An app that is older than a year, with little to tell: for comparisons with the year before."""

import random
from datetime import date, timedelta

from tests.oracle.company import Company, Row

APP_ID = "veteran"
AGE_DAYS = 480
#: First days of the lunar year (春节), and how far around them the workbook's calendar tells the distance.
SPRING_FESTIVALS = (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17))
AROUND = 21


def add_veteran(dice: random.Random, company: Company) -> None:
    """Three users who come every few days, and more around Spring Festival; some of their visits end in an order."""
    company.apps.append({"app_id": APP_ID, "timezone": "Asia/Shanghai", "currency": "CNY"})
    offsets = {
        festival + timedelta(days=days): days
        for festival in SPRING_FESTIVALS
        for days in range(-AROUND, AROUND + 1)
    }
    calendar = {row["calendar_date"]: row for row in company.calendar}
    for day, offset in offsets.items():
        row = calendar.setdefault(day.isoformat(), {"calendar_date": day.isoformat()})
        row["spring_festival_offset_days"] = str(offset)
    company.calendar = list(calendar.values())
    for back in range(AGE_DAYS, 0, -1):
        moment = company.as_of - timedelta(days=back)
        busy = 0.9 if abs(offsets.get(moment.date(), AROUND)) < AROUND else 0.4
        for user in range(3):
            if dice.random() < busy:
                name, properties = "page_view", dict[str, str]()
                if dice.random() < 0.2:
                    name, properties = "buy", {"revenue": f"{dice.randrange(1, 50)}.5"}
                company.events.append(
                    _event(len(company.events), f"old {user}", moment.isoformat(), name, properties)
                )


def _event(number: int, user_id: str, occurred_at: str, name: str, properties: Row) -> Row:
    return {
        "event_id": f"v{number}", "app_id": APP_ID, "event_name": name, "user_id": user_id,
        "occurred_at": occurred_at, "platform": "web", "properties": properties,
    }  # fmt: skip
