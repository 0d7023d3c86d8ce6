"""KPIs that follow users over time: churn, recall, funnels, repeated purchases, what a user is worth."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from ingestion.demo.facts import AppFacts
from ingestion.demo.formulas import ALL_GRAINS, Formula, Part, active
from ingestion.demo.periods import Period


def _churned(facts: AppFacts, period: Period, _: str) -> Part:
    churned = facts.journeys.churned
    return Decimal(sum(len(churned[day]) for day in period.days if day in churned)), Decimal(0)


def _repurchase(facts: AppFacts, period: Period, _: str) -> Part:
    dates = Counter(number for day in period.days if day in facts.payers for number in facts.payers[day])
    return Decimal(sum(times > 1 for times in dates.values())), Decimal(len(dates))


def _ltv_d30(facts: AppFacts, period: Period, _: str) -> Part:
    """What was paid before the first activity counts on day 0. Over a longer period every day is a cohort."""
    worth, users = Decimal(0), 0
    for day in (day for day in period.days if day in facts.new):
        users += len(facts.new[day])
        worth += sum((_worth(facts, number, day) for number in facts.new[day]), Decimal(0))
    return worth, Decimal(users)


def _worth(facts: AppFacts, number: int, first_day: date) -> Decimal:
    last_day = first_day + timedelta(days=30)
    spent: dict[date, Decimal] = facts.journeys.spent.get(number) or {}
    return sum((amount for day, amount in spent.items() if day <= last_day), Decimal(0))


def _recall(facts: AppFacts, period: Period, _: str) -> Part:
    outcomes = [
        came_back
        for day in period.days
        if day in facts.journeys.recalled
        for came_back in facts.journeys.recalled[day].values()
    ]
    return Decimal(sum(outcomes)), Decimal(len(outcomes))


def _k_factor(facts: AppFacts, period: Period, _: str) -> Part:
    new = {number for day in period.days if day in facts.new for number in facts.new[day]}
    return Decimal(len(new & facts.journeys.invited)), Decimal(active(facts, period.days))


def _funnel(facts: AppFacts, period: Period, code: str) -> Part:
    by_day = facts.journeys.funnels[code]
    steps = [steps for day in period.days if day in by_day for steps in by_day[day].values()]
    return Decimal(sum(number == 3 for number in steps)), Decimal(len(steps))


USER_FORMULAS: tuple[Formula, ...] = (
    Formula("churned_users", _churned),
    Formula("repurchase_rate", _repurchase, ("week", "month"), is_ratio=True),
    Formula("ltv_d30", _ltv_d30, ALL_GRAINS, is_ratio=True, days_after=30),
    Formula("recall_return_rate", _recall, ALL_GRAINS, is_ratio=True, days_after=6),
    Formula("k_factor", _k_factor, is_ratio=True, concerns=lambda facts: bool(facts.journeys.invited)),
    Formula(
        "funnel_conversion_rate", _funnel, ALL_GRAINS, is_ratio=True, days_after=2, dimension="funnel",
        values=lambda facts: facts.journeys.funnels,
    ),
)  # fmt: skip
