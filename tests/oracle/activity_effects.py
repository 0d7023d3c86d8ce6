"""What an activity (活动) brought that would not have come anyway: against the same weekdays, or a control group."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import sqrt
from statistics import fmean

from tests.oracle.company import Row
from tests.oracle.student import t_95

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Goal:
    """`value` gives what one user adds to a day's (numerator, denominator); `made_as` how days become one number."""

    made_as: str
    needs_orders: bool
    needs_events: bool
    value: Callable[[Row], tuple[Fraction, Fraction]]
    by_user: bool = True


def _active(row: Row) -> Fraction:
    return Fraction(int(row["is_active"]))


def _pays(row: Row) -> Fraction:
    return Fraction(int(row["gross_revenue"] > 0))


NOTHING = Fraction(0)
GOALS = {
    "orders": Goal("total", True, False, lambda row: (Fraction(row["orders"]), NOTHING)),
    "net_revenue": Goal("total", True, False, lambda row: (Fraction(row["net_revenue"]), NOTHING)),
    "dau": Goal("mean", False, True, lambda row: (_active(row), NOTHING)),
    "paying_users": Goal("mean", True, False, lambda row: (_pays(row), NOTHING)),
    "paying_rate": Goal("ratio", True, True, lambda row: (_pays(row), _active(row)), by_user=False),
    "arpu": Goal(
        "ratio", True, True, lambda row: (Fraction(row["net_revenue"]), _active(row)), by_user=False
    ),
}
Series = dict[date, tuple[Fraction, Fraction]]


@dataclass(frozen=True)
class Effect:
    """All in the units of the goal; None where it cannot be told."""

    actual: float | None
    baseline: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    give_back: float | None = None
    note: str = "same_weekdays"


def _made(made_as: str, days: int, numerator: float, denominator: float) -> float | None:
    if made_as == "ratio":
        return numerator / denominator if denominator else None
    return numerator / days if made_as == "mean" else numerator


def by_weekdays(goal: Goal, series: Series, first: date, last: date, special: set[date]) -> Effect:
    """`series` holds the complete days; `special` are days of other activities and holidays."""
    during = [day for day in series if first <= day <= last]
    after = [day for day in series if last < day <= last + WEEK and day not in special]
    before: dict[int, list[date]] = {}
    for day in sorted(series, reverse=True):
        if first - 8 * WEEK <= day < first and day not in special:
            before.setdefault(day.weekday(), []).append(day)
    before = {weekday: days[:4] for weekday, days in before.items()}
    if not during:
        return Effect(None, note="no_complete_day")
    actual = _of(goal, series, during)
    back = None
    if after and _known(before, after):
        wanted, had = _expected(goal, series, before, after), _of(goal, series, after)
        back = None if wanted is None or had is None else wanted - had
    if not _known(before, during):
        return Effect(actual, give_back=back, note="too_few_comparable_days")
    expected = _expected(goal, series, before, during)
    rate = expected if goal.made_as == "ratio" else None
    squares, degrees, error = 0.0, 0, float(len(during))
    for weekday in {day.weekday() for day in during}:
        residuals = [float(series[day][0]) - (rate or 0.0) * float(series[day][1]) for day in before[weekday]]
        squares += sum((residual - fmean(residuals)) ** 2 for residual in residuals)
        degrees += len(residuals) - 1
        error += sum(day.weekday() == weekday for day in during) ** 2 / len(residuals)
    half = t_95(degrees) * sqrt(squares / degrees * error)
    width = _made(goal.made_as, len(during), half, float(sum(series[day][1] for day in during)))
    if actual is None or expected is None or width is None:
        return Effect(actual, expected, give_back=back)
    effect = actual - expected
    return Effect(actual, expected, effect, effect - width, effect + width, back)


def _known(before: dict[int, list[date]], days: list[date]) -> bool:
    return all(len(before.get(day.weekday(), [])) >= 2 for day in days)


def _of(goal: Goal, series: Series, days: list[date]) -> float | None:
    above, below = (sum((series[day][part] for day in days), NOTHING) for part in (0, 1))
    return _made(goal.made_as, len(days), float(above), float(below))


def _expected(goal: Goal, series: Series, before: dict[int, list[date]], days: list[date]) -> float | None:
    sums = [NOTHING, NOTHING]
    for day in days:
        comparable = before[day.weekday()]
        for part in (0, 1):
            sums[part] += sum((series[other][part] for other in comparable), NOTHING) / len(comparable)
    return _made(goal.made_as, len(days), float(sums[0]), float(sums[1]))


def by_groups(
    goal: Goal,
    rows: dict[tuple[str, date], Row],
    groups: dict[str, list[str]],
    during: list[date],
    after: list[date],
) -> Effect | None:
    """None without a control group, with a group of one, or when the goal is no deed of users."""
    if not goal.by_user or min(len(groups["target"]), len(groups["control"])) < 2 or not during:
        return None
    values = {
        group: [[_sum(goal, rows, user, days) for user in users] for days in (during, after)]
        for group, users in groups.items()
    }
    (target, target_after), (control, control_after) = values["target"], values["control"]
    size = len(target)
    samples = (target, control)
    errors = [_error_of_mean(sample) for sample in samples]
    degrees = 200
    if sum(errors):
        parts = [error**2 / (len(sample) - 1) for error, sample in zip(errors, samples, strict=True)]
        degrees = int(sum(errors) ** 2 / sum(parts))
    days = len(during) if goal.made_as == "mean" else 1
    effect = (fmean(target) - fmean(control)) * size / days
    half = t_95(max(degrees, 1)) * sqrt(sum(errors)) * size / days
    back = None
    if after:
        back = (
            (fmean(control_after) - fmean(target_after))
            * size
            / (len(after) if goal.made_as == "mean" else 1)
        )
    return Effect(None, None, effect, effect - half, effect + half, back, "control_group")


def _error_of_mean(sample: list[float]) -> float:
    """Variance / size."""
    return sum((x - fmean(sample)) ** 2 for x in sample) / (len(sample) - 1) / len(sample)


def _sum(goal: Goal, rows: dict[tuple[str, date], Row], user: str, days: list[date]) -> float:
    return float(sum((goal.value(rows[user, day])[0] for day in days if (user, day) in rows), NOTHING))
