"""The rows of an emulated ad account as its platform would have shown them at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
AD_KEY = ("campaign_id", "ad_group_id", "ad_id")
#: What says which row it is; all else is a figure.
NAMES = frozenset(
    (*AD_KEY, "campaign_name", "ad_group_name", "ad_name", "report_date", "hour", "product", "status",
     "landing_url", "keyword_id", "keyword_text", "match_type", "action", "actions", "hours", "budget_id",
     "limit", "served", "amount")
)  # fmt: skip
#: Where the platform puts all of a day of which the state does not say the hours.
NOON = 12


class AdAccountState:
    """Ads, and what the account spent outside of ads (`unallocated`). Days are of the account's zone.

    A state may leave out what the demo company does not have: then an account has no balance and no budget,
    an ad is enabled and leads to a page with its names as utm, and all conversions are one kind of action. A row may
    say its `hours`: a list of {"hour", figures}.
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
        return self.report(first, last, by_ad=False)

    def report(
        self, first: str, last: str, *, by_ad: bool, by_hour: bool = False, product: str | None = None
    ) -> list[Row]:
        """One row per ad (or for the account) and day, or hour of a day; of one product (search, feed) or all."""
        rows = self.ads(first, last) if by_ad else [*self.ads(first, last), *self.unallocated(first, last)]
        rows = [row for row in rows if product in (None, row.get("product", "search"))]
        if by_hour:
            rows = [hour for row in rows for hour in _hours(row)]
        if by_ad:
            return rows
        moments = sorted({(row["report_date"], row.get("hour", 0)) for row in rows})
        return [
            {"report_date": day, "hour": hour, **add_up(
                [row for row in rows if (row["report_date"], row.get("hour", 0)) == (day, hour)])}
            for day, hour in moments
        ]  # fmt: skip

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


def _hours(row: Row) -> list[Row]:
    """An ad's day by the hour; what the state does not say of an hour is nothing."""
    figures = {name: value for name, value in row.items() if name not in NAMES}
    named = {name: value for name, value in row.items() if name in NAMES - {"hours", "actions"}}
    nothing = {name: 0 if isinstance(value, int) else "0" for name, value in figures.items()}
    parts = row.get("hours") or [{"hour": NOON, **figures}]
    return [{**named, **nothing, **part} for part in parts]


def add_up(rows: Sequence[Row]) -> Row:
    """Exact sums of whatever figures the rows have, and of their actions."""
    total: Row = {}
    for row in rows:
        for name, value in row.items():
            if name in NAMES:
                continue
            if isinstance(value, int):
                total[name] = int(total.get(name) or 0) + value
            else:
                total[name] = format(Decimal(total.get(name) or 0) + Decimal(value or 0), "f")
    if any(row.get("actions") for row in rows):
        by_name: dict[str, list[Row]] = {}
        for action in (action for row in rows for action in actions_of(row)):
            by_name.setdefault(action["action"], []).append(action)
        total["actions"] = [
            {"action": name, **{column: str(sum(Decimal(one[column]) for one in ones))
             for column in ("conversions", "conversion_value")}}
            for name, ones in by_name.items()
        ]  # fmt: skip
    return total
