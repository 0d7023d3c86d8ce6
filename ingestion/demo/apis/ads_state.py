"""The rows of an emulated ad account as its platform would have shown them at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
COUNTS = ("impressions", "clicks", "video_views", "cost_micros")
DECIMALS = ("cost", "conversions", "conversion_value")
AD_KEY = ("campaign_id", "ad_group_id", "ad_id")


class AdAccountState:
    """Ads, and what the account spent outside of ads (`unallocated`). Days are of the account's zone.

    A state may leave out what the demo company does not have: then an account has no balance and no budget,
    an ad is enabled and leads to a page with its names as utm, and all conversions are one kind of action.
    """

    def __init__(self, account: Mapping[str, Any], as_of: datetime) -> None:
        self.name = account.get("account_name")
        self.currency_code: str = account["currency_code"]
        self.time_zone: str = account["time_zone"]
        self.balance: str | None = account.get("balance")
        self.daily_budget: str | None = account.get("daily_budget")
        self._today = as_of.astimezone(ZoneInfo(self.time_zone)).date()
        self._ads = [self._as_shown(row) for row in account.get("rows", ())]
        self._unallocated = [self._as_shown(row) for row in account.get("unallocated") or ()]
        self._keywords = [self._as_shown(row) for row in account.get("keywords") or ()]

    def ads(self, first: str, last: str) -> list[Row]:
        """One row per ad and day, by day and ids."""
        rows = self._between(self._ads, first, last)
        keys = ("report_date", *AD_KEY)
        return sorted(rows, key=lambda row: tuple(str(row.get(key)) for key in keys))

    def ad_list(self) -> list[Row]:
        """One row per ad, as its newest report names it, with `status` and `landing_url`."""
        ads = {tuple(str(row[name]) for name in AD_KEY): row for row in self.ads("", "9999")}
        return [
            {
                "status": "ENABLED",
                "landing_url": f"https://example.com/?utm_campaign={row['campaign_name']}&utm_content={row['ad_name']}",
                **row,
            }
            for _, row in sorted(ads.items())
        ]

    def keywords(self, first: str, last: str) -> list[Row]:
        """One row per keyword and day, by day and ids."""
        rows = self._between(self._keywords, first, last)
        keys = ("report_date", "campaign_id", "ad_group_id", "keyword_id")
        return sorted(rows, key=lambda row: tuple(str(row.get(key)) for key in keys))

    def unallocated(self, first: str, last: str) -> list[Row]:
        """What the account spent outside of ads, by day."""
        return self._between(self._unallocated, first, last)

    def totals(self, first: str, last: str) -> list[Row]:
        """One row per day: all ads and what is unallocated."""
        rows = [*self._between(self._ads, first, last), *self._between(self._unallocated, first, last)]
        days = sorted({row["report_date"] for row in rows})
        return [
            {"report_date": day, **add_up([row for row in rows if row["report_date"] == day])} for day in days
        ]

    def _between(self, rows: Iterable[Row], first: str, last: str) -> list[Row]:
        newest = min(last, self._today.isoformat())
        return [row for row in rows if first <= row["report_date"] <= newest]

    def _as_shown(self, row: Mapping[str, Any]) -> Row:
        """Platforms correct figures later: from `after_days` on, the restated ones are shown."""
        restated = row.get("restated") or {}
        age = (self._today - date.fromisoformat(row["report_date"])).days
        shown = {name: value for name, value in row.items() if name != "restated"}
        if restated and age >= restated["after_days"]:
            shown |= {name: value for name, value in restated.items() if name != "after_days"}
        return shown


def actions_of(row: Row) -> list[Row]:
    """{action, conversions, conversion_value} of an ad and day; `actions` in the state, else one purchase."""
    one = {
        "action": "purchase",
        "conversions": row["conversions"],
        "conversion_value": row["conversion_value"],
    }
    return row.get("actions") or [one]


def add_up(rows: Sequence[Row]) -> Row:
    """Exact sums of whatever figures the rows have."""
    present = {name for row in rows for name in row}
    total: Row = {name: sum(int(row.get(name) or 0) for row in rows) for name in COUNTS if name in present}
    for name in DECIMALS:
        if name in present:
            total[name] = format(sum((Decimal(row.get(name) or 0) for row in rows), Decimal(0)), "f")
    return total
