"""Chinese public holidays of the years around the simulated window, as the State Council announced them."""

from datetime import date, timedelta

SPRING_FESTIVALS = (date(2025, 1, 29), date(2026, 2, 17))


def _days(name: str, first: date, count: int) -> dict[date, str]:
    return {first + timedelta(days=n): name for n in range(count)}


HOLIDAYS: dict[date, str] = {
    **_days("元旦", date(2025, 1, 1), 1),
    **_days("春节", date(2025, 1, 28), 8),
    **_days("清明节", date(2025, 4, 4), 3),
    **_days("劳动节", date(2025, 5, 1), 5),
    **_days("端午节", date(2025, 5, 31), 3),
    **_days("国庆节、中秋节", date(2025, 10, 1), 8),
    **_days("元旦", date(2026, 1, 1), 3),
    **_days("春节", date(2026, 2, 15), 9),
    **_days("清明节", date(2026, 4, 4), 3),
    **_days("劳动节", date(2026, 5, 1), 5),
}
#: Weekend days that are worked (调休).
WORKED_WEEKEND_DAYS = {
    date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11),
    date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9),
}  # fmt: skip


def holiday_name(day: date) -> str:
    """Its name, or an empty text on ordinary days."""
    return HOLIDAYS.get(day, "")


def is_workday(day: date) -> bool:
    return day in WORKED_WEEKEND_DAYS or (day.weekday() < 5 and day not in HOLIDAYS)


def spring_festival_offset(day: date) -> int:
    """Days from the nearest 春节; negative before it."""
    return min(((day - festival).days for festival in SPRING_FESTIVALS), key=abs)
