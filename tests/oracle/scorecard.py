"""The scorecard by hand: targets, paces and comparisons over published KPI values, in exact decimals.

Written from metrics.md section 6, knows nothing of the SQL. Pacing is even.
"""

import calendar
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

#: app, KPI, grain, first day, dimension, value of it.
Key = tuple[str, str, str, date, str, str]
EIGHTH = Decimal("0.00000001")
#: KPIs that somebody reports: no report is not 0.
LEVELS = {"total_followers"}


@dataclass(frozen=True)
class Kpi:
    """A published value; `denominator` is None for counts and money."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    is_complete: bool


@dataclass(frozen=True)
class Meaning:
    """Direction and additivity of a KPI, as in dim_kpi."""

    direction: str
    additivity: str


@dataclass(frozen=True)
class World:
    """All that a scorecard is made of."""

    kpis: Mapping[Key, Kpi]
    meanings: Mapping[str, Meaning]
    targets: Mapping[Key, Decimal]
    offsets: Mapping[date, int]
    #: Complete days, and the first day, of what a (KPI, grain) needs in an app.
    over: Mapping[tuple[str, str, str], Set[date]]
    first_days: Mapping[tuple[str, str, str], date]


def divided(above: Decimal | None, below: Decimal | None) -> Decimal | None:
    """Half up at 8 decimals; None without numbers or for a denominator of 0."""
    if above is None or not below:
        return None
    with localcontext() as context:
        context.prec = 60
        return (above / below).quantize(EIGHTH, ROUND_HALF_UP)


def year_earlier(grain: str, start: date) -> date | None:
    """First day of the same period of the year before; None where that year has none."""
    if grain != "week":
        return None if (start.month, start.day) == (2, 29) else start.replace(year=start.year - 1)
    # Weeks are numbered by their fourth day, as in ISO 8601.
    number = (start + timedelta(days=3)).timetuple().tm_yday - 1
    for weeks in (52, 53):
        fourth = start + timedelta(days=3 - 7 * weeks)
        if (fourth.timetuple().tm_yday - 1) // 7 == number // 7:
            return start - timedelta(days=7 * weeks)
    return None


def earlier_starts(grain: str, start: date, offsets: Mapping[date, int]) -> dict[str, date | None]:
    """First days of the periods that a period is compared with, by comparison."""
    starts: dict[str, date | None] = {"year_ago": year_earlier(grain, start)}
    if grain == "month":
        starts["previous"] = (start - timedelta(days=1)).replace(day=1)
        return starts
    starts["previous"] = start - timedelta(days=1 if grain == "day" else 7)
    if grain == "day":
        starts["last_week"] = start - timedelta(days=7)
        offset = offsets.get(start)
        starts["year_ago_aligned"] = start - timedelta(days=364)
        if offset is not None and abs(offset) <= 21:
            lunar = [
                day for day, other in offsets.items() if other == offset and 350 <= (start - day).days <= 390
            ]
            starts["year_ago_aligned"] = max(lunar, default=None)
    return starts


def period_days(grain: str, start: date) -> list[date]:
    days = {"day": 1, "week": 7, "month": calendar.monthrange(start.year, start.month)[1]}[grain]
    return [start + timedelta(days=day) for day in range(days)]


def expected_to_date(world: World, key: Key, kpi: Kpi) -> Decimal | None:
    """What the target asks for by now."""
    target = world.targets.get(key)
    app, code, grain, start, _, _ = key
    if target is None or kpi.is_complete or kpi.denominator is not None:
        return target
    if world.meanings[code].additivity == "semi":
        return target
    days = [day for day in period_days(grain, start) if day >= world.first_days[app, code, grain]]
    share = divided(Decimal(sum(day in world.over[app, code, grain] for day in days)), Decimal(len(days)))
    with localcontext() as context:
        context.prec = 60
        return (target * (share or Decimal(0))).quantize(EIGHTH, ROUND_HALF_UP)


def value_before(world: World, key: Key, kpi: Kpi, start: date | None) -> Decimal | None:
    """Value of an earlier period; 0 of a count that had no row, where the total of that period is complete."""
    app, code, grain, _, dimension, dimension_value = key
    if start is None:
        return None
    earlier = world.kpis.get((app, code, grain, start, dimension, dimension_value))
    if earlier is not None:
        return earlier.value if earlier.is_complete else None
    whole = world.kpis.get((app, code, grain, start, "all", "all"))
    if whole is None or not whole.is_complete or kpi.denominator is not None or code in LEVELS:
        return None
    return Decimal(0)


def row(world: World, key: Key, kpi: Kpi) -> dict[str, object]:
    """Columns of the scorecard row of a value, without the bands."""
    code, grain, start = key[1:4]
    meaning = world.meanings[code]
    target, expected = world.targets.get(key), expected_to_date(world, key, kpi)
    pacing = divided(kpi.value, expected) if expected is not None and expected > 0 else None
    if pacing is not None and meaning.direction == "down":
        pacing = 2 - pacing
    status = None
    if pacing is not None and meaning.direction != "neutral":
        status = "green" if pacing >= 1 else "amber" if pacing >= Decimal("0.9") else "red"
    columns: dict[str, object] = {
        "value": kpi.value,
        "is_complete": kpi.is_complete,
        "target_value": target,
        "attainment": divided(kpi.value, target) if target is not None and target > 0 else None,
        "expected_to_date": expected,
        "pacing": pacing,
        "status": status,
    }
    starts = earlier_starts(grain, start, world.offsets)
    names = {"previous": "change_rate", "last_week": "wow_rate", "year_ago": "yoy_rate"}
    for comparison, rate in {**names, "year_ago_aligned": "yoy_aligned_rate"}.items():
        before = value_before(world, key, kpi, starts.get(comparison))
        if comparison in names:
            columns[f"{comparison}_value"] = before
        comparable = kpi.is_complete and kpi.value is not None and before is not None
        columns[rate] = divided(kpi.value - before, abs(before)) if comparable else None  # type: ignore[operator, arg-type]
    return columns
