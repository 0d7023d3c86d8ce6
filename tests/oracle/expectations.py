"""What a day usually is, by hand: medians over lists, one day after the other."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import sqrt
from statistics import median


def bands(values: Mapping[date, float], is_count: bool) -> dict[date, tuple[float, float]]:
    """Low and high edge of every day of one series that can be judged; `values` holds the complete days."""
    levels: dict[date, float] = {}
    relations: dict[date, float] = {}
    usual: dict[date, float] = {}
    for day in sorted(values):
        week = [values[other] for n in range(1, 8) if (other := day - timedelta(days=n)) in values]
        if len(week) >= 5 and median(week) > 0:
            levels[day] = median(week)
            relations[day] = values[day] / levels[day]
        alike = [relations[other] for n in range(1, 9) if (other := day - timedelta(days=7 * n)) in relations]
        if len(alike) >= 3:
            usual[day] = median(alike)
    misses = {day: abs(relations[day] - usual[day]) for day in usual if day in relations}
    found = {}
    for day in usual:
        past = [misses[other] for n in range(1, 57) if (other := day - timedelta(days=n)) in misses]
        if day not in levels or len(past) < 14 or usual[day] < 0:
            continue
        expected = levels[day] * usual[day]
        spreads = [1.4826 * median(past) * levels[day], 0.02 * expected]
        if is_count:
            spreads.append(sqrt(expected))
        found[day] = (expected - 3 * max(spreads), expected + 3 * max(spreads))
    return found
