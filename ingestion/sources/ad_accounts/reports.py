"""The report of an ad platform, and what is asked of it: ads, their account's totals, conversions, hours.

A platform says in one function how its report is read; the questions that follow are the same for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingestion.sources.ad_accounts.declared_actions import Actions, conversion_rows
from ingestion.sources.questions import Answer, TextRow

Level = Literal["ad", "account"]
LEVELS: tuple[Level, ...] = ("ad", "account")
Days = Callable[[date, date], Answer]


@dataclass(frozen=True)
class Asked:
    """One reading of a report, from `first` to `last` in the account's own days.

    `metrics`: our column → the platform's name. `by_hour`: a row an hour, with the column `hour` from 0.
    """

    level: Level
    metrics: Mapping[str, str]
    first: date
    last: date
    by_hour: bool = False

    @property
    def is_by_ad(self) -> bool:
        return self.level == "ad"


#: Every row, or ApiError when the answer is not whole.
Report = Callable[[Asked], list[TextRow]]


def daily(report: Report, metrics: Mapping[str, str], actions: Actions | None = None) -> Days:
    """Ads and their account's totals; with `actions` also their conversions, out of the same answers."""
    wanted = {**{name: name for name in actions or ()}, **metrics}

    def days(first: date, last: date) -> Answer:
        by_ad, totals = (report(Asked(level, wanted, first, last)) for level in LEVELS)
        answer: dict[str, list[TextRow]] = {"ad_performance": by_ad, "account_performance": totals}
        if actions is not None:
            rows = (*by_ad, *totals)
            answer["conversions"] = [one for row in rows for one in conversion_rows(row, actions)]
        return answer

    return days


def conversions(report: Report, metrics: Mapping[str, str], actions: Actions) -> Days:
    """Conversions asked apart: a metric that an account does not have costs it nothing else."""
    wanted = {**{name: name for name in actions}, **metrics}

    def days(first: date, last: date) -> Answer:
        rows = [row for level in LEVELS for row in report(Asked(level, wanted, first, last))]
        return {"conversions": [one for row in rows for one in conversion_rows(row, actions)]}

    return days


def hourly(report: Report, metrics: Mapping[str, str]) -> Days:
    """Ads and their account's totals by the hour."""

    def hours(first: date, last: date) -> Answer:
        asked = [Asked(level, metrics, first, last, by_hour=True) for level in LEVELS]
        return {"hourly_performance": [row for one in asked for row in report(one)]}

    return hours


def moment(text: str, by_hour: bool = False) -> dict[str, str | None]:
    """`report_date`, and `hour` when asked, of "2026-03-25 07:00:00"; a day may come without its time."""
    day = {"report_date": text[:10]}
    return {**day, "hour": str(int(text[11:13]))} if by_hour else {**day}
