"""Days, weeks and months, as the KPI layer knows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Grain = Literal["day", "week", "month"]


@dataclass(frozen=True)
class Period:
    grain: Grain
    start: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range((self.last - self.start).days + 1)]


def period_of(day: date, grain: Grain, week_start: str) -> Period:
    """The period that holds the day."""
    if grain == "day":
        return Period(grain, day, day)
    if grain == "week":
        back = day.weekday() if week_start == "monday" else (day.weekday() + 1) % 7
        start = day - timedelta(days=back)
        return Period(grain, start, start + timedelta(days=6))
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Period(grain, day.replace(day=1), following - timedelta(days=1))


def periods_through(first: date, last: date, grain: Grain, week_start: str) -> Iterator[Period]:
    """Periods from the one that holds `first` to the latest one that ends on or before `last`."""
    period = period_of(first, grain, week_start)
    while period.last <= last:
        yield period
        period = period_of(period.last + timedelta(days=1), grain, week_start)
