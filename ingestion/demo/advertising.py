"""What the ad platforms report about the company's accounts, as the emulated APIs will tell it."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.demo.parameters import Parameters
from ingestion.demo.world import AppWorld

CENT = Decimal("0.01")
#: Ages in days at which a figure has surely been restated, or surely not yet, whatever the zone of "today".
RESTATED_FROM_AGE, NOT_YET_UP_TO_AGE = 6, 3


@dataclass(frozen=True)
class AdAccount:
    """An ad account. `cost_per_arrival` and amounts are in `currency`; days are in `time_zone`."""

    platform: str
    account_id: str
    account_name: str
    currency: str
    time_zone: str
    app_id: str
    channel: str
    cost_per_arrival: Decimal
    #: (campaign id, name, share of the account's spend)
    campaigns: tuple[tuple[str, str, float], ...]


GOOGLE = AdAccount(
    "google_ads", "1234567890", "Harbor US", "USD", "America/Los_Angeles", "harbor", "google_ads", Decimal("6.40"),
    (("20100001", "ga_brand", 0.4), ("20100002", "ga_search", 0.6)),
)  # fmt: skip
OCEAN = AdAccount(
    "ocean_engine", "7000000000000001", "极光社区", "CNY", "Asia/Shanghai", "aurora", "ocean_engine", Decimal("18.50"),
    (("71000000000001", "oe_video", 0.55), ("71000000000002", "oe_feed", 0.3), ("71000000000003", "oe_spring", 0.15)),
)  # fmt: skip
ACCOUNTS = (GOOGLE, OCEAN)


@dataclass(frozen=True)
class AdFigures:
    """What counts of one reported row at the as-of moment; `cost` in the account's currency."""

    account: AdAccount
    report_date: date
    cost: Decimal
    impressions: int
    clicks: int
    conversions: Decimal


@dataclass(frozen=True)
class AdState:
    """`document` is company/ads.json; `figures` what of it is true at the as-of moment."""

    document: dict[str, dict[str, Any]]
    figures: list[AdFigures]


def advertise(parameters: Parameters, worlds: list[AppWorld]) -> AdState:
    """Daily rows of every ad, from the first simulated day to the running one."""
    by_app = {world.app.app_id: world for world in worlds}
    document: dict[str, dict[str, Any]] = {}
    figures: list[AdFigures] = []
    for account in ACCOUNTS:
        dice = parameters.dice(f"ads of {account.account_id}")
        rows, unallocated = _account_rows(account, by_app[account.app_id], dice, figures)
        document[account.platform] = {
            account.account_id: {
                "account_name": account.account_name,
                "currency_code": account.currency,
                "time_zone": account.time_zone,
                "rows": rows,
                "unallocated": unallocated,
            }
        }
    return AdState(document, figures)


def _account_rows(
    account: AdAccount, world: AppWorld, dice: random.Random, figures: list[AdFigures]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    arrivals = dict.fromkeys(world.days, 0)
    for person in world.people:
        if person.arrival is not None and person.channel.name == account.channel:
            arrivals[person.arrival] += 1
    rows, unallocated = [], []
    today = world.days[-1]
    for day in world.days:
        age = (today - day).days
        for campaign_id, name, share in account.campaigns:
            for group in (1, 2):
                for ad in (1, 2):
                    weight = share * (0.6 if group == 1 else 0.4) * (0.7 if ad == 1 else 0.3)
                    numbers = _numbers(account, arrivals[day], weight, dice)
                    names = {
                        "campaign_id": campaign_id, "campaign_name": name,
                        "ad_group_id": f"{campaign_id}{group}", "ad_group_name": f"{name}_group_{group}",
                        "ad_id": f"{campaign_id}{group}{ad}", "ad_name": f"{name}_{group}_{ad}",
                    }  # fmt: skip
                    restated = _restated(numbers, age, dice) if dice.random() < 0.08 else None
                    rows.append({**names, **_row(account, day, numbers, restated)})
                    figures.append(_true(account, day, numbers, restated, age))
        if dice.random() < 0.12:
            numbers = _numbers(account, 1, 0.2, dice)
            unallocated.append(_row(account, day, numbers, None))
            figures.append(_true(account, day, numbers, None, age))
    return rows, unallocated


def _numbers(account: AdAccount, arrivals: int, weight: float, dice: random.Random) -> dict[str, Any]:
    spend = account.cost_per_arrival * Decimal(
        str(round((arrivals + 0.6) * weight * dice.uniform(0.7, 1.4), 4))
    )
    clicks = 1 + int((arrivals + 1) * weight * dice.uniform(6, 12))
    conversions = Decimal(str(round(arrivals * weight * dice.uniform(0.7, 1.1), 2)))
    return {
        "cost": max(spend.quantize(CENT), CENT),
        "impressions": clicks * dice.randrange(28, 75),
        "clicks": clicks,
        "conversions": conversions,
        "conversion_value": (conversions * account.cost_per_arrival).quantize(CENT),
        "video_views": clicks * dice.randrange(2, 9),
    }


def _restated(numbers: dict[str, Any], age: int, dice: random.Random) -> dict[str, Any] | None:
    """Invalid clicks are credited, late conversions come in; nothing near the border of the as-of day."""
    if NOT_YET_UP_TO_AGE < age < RESTATED_FROM_AGE:
        return None
    return {
        "after_days": dice.randrange(2, 5) if age >= RESTATED_FROM_AGE else 7,
        "cost": (numbers["cost"] * Decimal("0.95")).quantize(CENT),
        "conversions": numbers["conversions"] + Decimal(str(dice.randrange(1, 4))),
    }


def _row(
    account: AdAccount, day: date, numbers: dict[str, Any], restated: dict[str, Any] | None
) -> dict[str, Any]:
    row = {"report_date": day.isoformat(), **_written(account, numbers), "restated": None}
    if restated:
        row["restated"] = _written(account, restated)
    return row


def _written(account: AdAccount, numbers: dict[str, Any]) -> dict[str, Any]:
    """The same numbers in the platform's own units: Google micros, Ocean Engine yuan as text."""
    written = {name: str(value) if isinstance(value, Decimal) else value for name, value in numbers.items()}
    if account.platform == "google_ads":
        del written["cost"]
        written["cost_micros"] = int(numbers["cost"] * 1_000_000)
    return written


def _true(
    account: AdAccount, day: date, numbers: dict[str, Any], restated: dict[str, Any] | None, age: int
) -> AdFigures:
    known = {**numbers, **restated} if restated and age >= RESTATED_FROM_AGE else numbers
    return AdFigures(account, day, known["cost"], known["impressions"], known["clicks"], known["conversions"])
