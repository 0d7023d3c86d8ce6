"""What the marts must hold of the company with an account on every platform: its ads by the days of their apps."""

from datetime import date, datetime
from typing import Any

from tests.integration import ad_company
from tests.integration.ad_company import ACCOUNTS, AS_OF, FIGURES, FIRST_LOOK, Account, converted

NAMES = ("campaign_id", "campaign_name", "ad_group_id", "ad_group_name", "ad_name")
Key = tuple[Any, ...]


def booked(account: Account, campaign_id: str) -> tuple[str, str]:
    """App and channel."""
    name = account.platform.source
    if account is ACCOUNTS[-1]:
        return "default", "unmapped"
    if name == "google_ads" and campaign_id == f"{account.number}21":
        return "harbor", name
    return "aurora", f"{name}_channel"


def zone_of(app_id: str) -> str:
    return {"harbor": "America/Los_Angeles"}.get(app_id, ad_company.SHANGHAI)


def is_shown(account: Account, day: date, moment: datetime = AS_OF) -> bool:
    return day <= account.last_day(moment)


def business_days(account: Account) -> dict[Key, dict[str, Any]]:
    """Every ad and the rest by the app's own date: figures, money in both currencies, spend as reported first."""
    seen = {(row["ad_id"], row["report_date"]): row for row in account.ads(FIRST_LOOK)}
    found: dict[Key, dict[str, Any]] = {}
    rows = [*map(account.reported, account.ads(AS_OF)), account.unallocated()]
    for row in rows:
        if not is_shown(account, row["report_date"]):
            continue
        ad_id = row.get("ad_id", "(unallocated)")
        app_id, channel = booked(account, row.get("campaign_id", ""))
        then = seen.get((ad_id, row["report_date"]), row)
        was_shown = is_shown(account, row["report_date"], FIRST_LOOK)
        first = account.parts(then if was_shown else row, zone_of(app_id))
        for day, figures in account.parts(row, zone_of(app_id)).items():
            day_row = found.setdefault((ad_id, day), {
                "app_id": app_id, "channel": channel, **dict.fromkeys(FIGURES, 0),
                "first_reported_spend": 0, "spend_reporting": 0,
                **{name: row.get(name, "(unallocated)") for name in NAMES},
            })  # fmt: skip
            day_row.update({name: day_row[name] + figures[name] for name in FIGURES})
            day_row["first_reported_spend"] += first[day]["cost"]
            day_row["spend_reporting"] += converted(figures["cost"], account.currency, day)
    return found
