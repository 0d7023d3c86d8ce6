"""Simulated days of two ad accounts, as a connector lands them: each day the last days are asked again.

Figures are random with weekly season and noise; later pulls credit a few clicks and bring late conversions, as real
platforms do. One account is large, one has three ads and a few clicks a day.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.contracts import CONTRACTS
from ingestion.landing import Landing
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.contracts import money_column
from orchestration.arrival import Arrival, review

FIRST_DAY = date(2026, 2, 1)
ASKED_AGAIN = 3
#: Account → (ads, spend of an ad and day in units of currency).
ACCOUNTS = {"large": (24, 40.0), "small": (3, 1.5)}
CENT = Decimal("0.01")
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Platform:
    source: str
    currency: str
    time_zone: str
    scale: int
    has_hours: bool = True

    @property
    def cost(self) -> str:
        return money_column(self.source, "ad_performance", "cost")


GOOGLE = Platform("google_ads", "USD", "America/Los_Angeles", 1_000_000)
OTHERS = (
    Platform("meta_ads", "USD", "America/New_York", 1),
    Platform("tiktok_ads", "SGD", "Asia/Singapore", 1),
    Platform("ocean_engine", "CNY", "Asia/Shanghai", 1),
    Platform("tencent_ads", "CNY", "Asia/Shanghai", 100),
    Platform("baidu_ads", "CNY", "Asia/Shanghai", 1),
    Platform("xiaohongshu_ads", "CNY", "Asia/Shanghai", 1, has_hours=False),
    Platform("kuaishou_ads", "CNY", "Asia/Shanghai", 1),
)


def day_of(number: int) -> date:
    return FIRST_DAY + timedelta(number)


def settings(data_dir: Path, number: int) -> Settings:
    """The morning after day `number`: it is over on both coasts of the Pacific."""
    after = day_of(number + 1)
    return Settings(
        data_dir, datetime(after.year, after.month, after.day, 12, tzinfo=UTC), as_of_is_fixed=True
    )


def answer(platform: Platform, account_id: str, number: int) -> Rows:
    """What one account answers on the morning after day `number`: ads, totals, conversions, pulls."""
    days = [day for day in range(max(0, number - ASKED_AGAIN + 1), number + 1)]
    ads = [
        _ad(platform, account_id, day, ad, number - day)
        for day in days
        for ad in range(ACCOUNTS[account_id][0])
    ]
    rows: Rows = {"ad_performance": ads, "account_performance": [], "conversions": []}
    if platform.has_hours:
        rows["hourly_performance"] = []
    for day in days:
        of_day = [row for row in ads if row["report_date"] == day_of(day).isoformat()]
        rows["account_performance"].append(_total(platform, of_day))
        rows["conversions"] += [_action(row) for row in of_day if row["conversions"]]
        if platform.has_hours:
            rows["hourly_performance"] += _hours(platform, rows["account_performance"][-1])
    return rows


def answers(platform: Platform, number: int) -> Rows:
    """Both accounts in one batch."""
    parts = [answer(platform, account_id, number) for account_id in ACCOUNTS]
    return {entity: [row for part in parts for row in part[entity]] for entity in parts[0]}


def _ad(platform: Platform, account_id: str, day: int, ad: int, age: int) -> dict[str, Any]:
    dice = random.Random(f"{platform.source} {account_id} {day} {ad}")
    season = 0.6 if day_of(day).weekday() >= 5 else 1.0
    spend = ACCOUNTS[account_id][1] * season * dice.lognormvariate(0, 0.3) * (1 + day / 100)
    clicks = max(1, int(spend / 0.8 * dice.uniform(0.8, 1.25)))
    is_restated = dice.random() < 0.1
    credited = Decimal("0.97") if is_restated and age >= 1 else Decimal(1)
    cost = (Decimal(str(round(spend, 2))) * credited).quantize(CENT)
    return {
        "account_id": account_id, "currency_code": platform.currency, "time_zone": platform.time_zone,
        "campaign_id": str(ad % 4), "ad_group_id": str(ad % 8), "ad_id": str(ad),
        "report_date": day_of(day).isoformat(),
        platform.cost: int(cost * platform.scale) if platform.scale > 1 else cost,
        "impressions": clicks * dice.randrange(30, 80), "clicks": clicks,
        "conversions": int(clicks * 0.05) + (min(age, 2) if is_restated else 0), "conversion_value": "0",
    }  # fmt: skip


def _total(platform: Platform, ads: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {
        name: sum(ad[name] for ad in ads) for name in (platform.cost, "impressions", "clicks", "conversions")
    }
    return {**ads[0], **sums}


def _hours(platform: Platform, total: dict[str, Any]) -> list[dict[str, Any]]:
    """The account's own day by the hour: a third at nine, the rest at twenty."""
    figures = (platform.cost, "impressions", "clicks", "conversions")
    early = {name: int(total[name] / 3) for name in figures}
    late = {name: total[name] - early[name] for name in figures}
    nobody = dict.fromkeys(("campaign_id", "ad_group_id", "ad_id"))
    return [{**total, **nobody, "hour": hour, **part} for hour, part in ((9, early), (20, late))]


def _action(ad: dict[str, Any]) -> dict[str, Any]:
    declared = {"action": "purchase", "counts_as": "purchase", "is_counted": "true", "is_canonical": "true"}
    return {**ad, **declared, "attribution_window": "account", "touch_type": "any", "time_basis": "touch"}


def pulls(rows: Rows, as_of: datetime) -> list[dict[str, Any]]:
    """What the connector says that it was answered: as many rows of each day as there are."""
    days = sorted({(row["account_id"], row["report_date"]) for part in rows.values() for row in part})
    return [
        {
            "account_id": account_id, "entity": entity, "report_date": day, "observed_at": as_of.isoformat(),
            "status": "complete",
            "rows": sum((row["account_id"], row["report_date"]) == (account_id, day) for row in part),
        }
        for entity, part in rows.items()
        for account_id, day in days
    ]  # fmt: skip


def land(
    data_dir: Path, platform: Platform, number: int, rows: Rows, asked: list[dict[str, Any]] | None = None
) -> None:
    now = settings(data_dir, number)
    asked = pulls(rows, now.as_of) if asked is None else asked
    contracts = {one.entity: one for one in CONTRACTS if one.source == platform.source}
    with Landing(data_dir, platform.source, observed_at=now.as_of) as landing:
        for entity, part in {**rows, "pulls": asked}.items():
            names = [field.name for field in contracts[entity].fields]
            texts = [
                {name: None if row.get(name) is None else str(row[name]) for name in names} for row in part
            ]
            table = pa.Table.from_pylist(texts, schema=pa.schema([(name, pa.string()) for name in names]))
            landing.add(contracts[entity], table, file_name=entity)


def judge(data_dir: Path, platform: Platform, number: int) -> Arrival:
    return review(settings(data_dir, number), platform.source)
