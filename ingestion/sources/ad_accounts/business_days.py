"""Whether an account's days are the app's days, so that its daily figures say all there is to say."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

#: A year and a day: both changes of the clock are in it.
DAYS_COMPARED = 367


def same_days(zone: ZoneInfo, other: ZoneInfo, last_day: date) -> bool:
    """Every day of the year up to `last_day` begins at the same moment in both zones (Singapore and Shanghai)."""
    if zone.key == other.key:
        return True
    days = (last_day - timedelta(number) for number in range(-1, DAYS_COMPARED))
    return all(_begins(day, zone) == _begins(day, other) for day in days)


def _begins(day: date, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
