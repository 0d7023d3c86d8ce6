"""Each KPI as a numerator and a denominator over the days of a period."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ingestion.demo.company import ADVERTISED_ACTIVITIES
from ingestion.demo.facts import AppFacts
from ingestion.demo.periods import Grain, Period

Part = tuple[Decimal, Decimal]
Days = list[date]
ALL_GRAINS: tuple[Grain, ...] = ("day", "week", "month")
DAY: tuple[Grain, ...] = ("day",)


@dataclass(frozen=True)
class Formula:
    """`part` gives (numerator, denominator) of one app, period and dimension value; a count has denominator 0.

    `days_after`: days after the period that must be complete too. `days_before`: days of life it needs.
    """

    code: str
    part: Callable[[AppFacts, Period, str], Part]
    grains: tuple[Grain, ...] = ALL_GRAINS
    is_ratio: bool = False
    is_sparse: bool = False
    days_after: int = 0
    days_before: int = 0
    concerns: Callable[[AppFacts], bool] = lambda facts: True
    dimension: str = "all"
    values: Callable[[AppFacts], Iterable[str]] = lambda facts: ("all",)

    def dimension_values(self, facts: list[AppFacts]) -> list[tuple[str, str]]:
        return [(self.dimension, value) for value in sorted({v for app in facts for v in self.values(app)})]


def _users(by_day: Mapping[date, set[int]], days: Days) -> int:
    return len(set().union(*(by_day[day] for day in days if day in by_day)))


def _users_of(by_value: Mapping[str, Mapping[date, set[int]]], value: str, period: Period) -> Part:
    return Decimal(_users(by_value.get(value, {}), period.days)), Decimal(0)


def _total(by_day: Counter[date] | Mapping[date, Decimal], days: Days) -> Decimal:
    return sum((Decimal(by_day[day]) for day in days if day in by_day), Decimal(0))


def _rolling(day: date, length: int) -> Days:
    return [day - timedelta(days=n) for n in range(length)]


def _count(name: str) -> Callable[[AppFacts, Period, str], Part]:
    return lambda facts, period, _: (_total(facts.counts[name], period.days), Decimal(0))


def _sum(name: str) -> Callable[[AppFacts, Period, str], Part]:
    return lambda facts, period, _: (_total(facts.sums[name], period.days), Decimal(0))


def _ratio(
    numerator: Callable[[AppFacts, Days], Decimal | int],
    denominator: Callable[[AppFacts, Days], Decimal | int],
) -> Callable[[AppFacts, Period, str], Part]:
    def part(facts: AppFacts, period: Period, _: str) -> Part:
        days = period.days
        return Decimal(numerator(facts, days)), Decimal(denominator(facts, days))

    return part


def _number(count: Callable[[AppFacts, Days], Decimal | int]) -> Callable[[AppFacts, Period, str], Part]:
    return lambda facts, period, _: (Decimal(count(facts, period.days)), Decimal(0))


def active(facts: AppFacts, days: Days) -> int:
    return _users(facts.active, days)


def paying(facts: AppFacts, days: Days) -> int:
    return _users(facts.payers, days)


def net(facts: AppFacts, days: Days) -> Decimal:
    return _total(facts.sums["gross_revenue"], days) - _total(facts.sums["refunded_revenue"], days)


def _window(length: int) -> Callable[[AppFacts, Period, str], Part]:
    return lambda facts, period, _: (Decimal(active(facts, _rolling(period.last, length))), Decimal(0))


def _resurrected(facts: AppFacts, days: Days) -> int:
    """Active now, not the day before, but earlier — or registered before events were collected."""
    day = days[0]
    return len(facts.active[day] - facts.active[day - timedelta(days=1)] - facts.new[day])


def _dormant(facts: AppFacts, days: Days) -> int:
    day = days[0]
    return len(facts.active[day - timedelta(days=1)] - facts.active[day])


def _retention(after: int) -> Formula:
    def part(facts: AppFacts, period: Period, _: str) -> Part:
        cohort = facts.new[period.start]
        kept = cohort & facts.active[period.start + timedelta(days=after)]
        return Decimal(len(kept)), Decimal(len(cohort))

    return Formula(f"retention_d{after}", part, DAY, is_ratio=True, days_after=after)


def _stickiness(facts: AppFacts, period: Period, _: str) -> Part:
    """Of 30 days up to a day, or of a month: the mean of the daily active users beside the active users of all."""
    days = _rolling(period.last, 30) if period.grain == "day" else period.days
    daily = sum(len(facts.active[day]) for day in days if day in facts.active)
    return Decimal(daily), Decimal(len(days) * active(facts, days))


def _counted(name: str) -> Callable[[AppFacts, Days], Decimal]:
    return lambda facts, days: _total(facts.counts[name], days)


def _summed(name: str) -> Callable[[AppFacts, Days], Decimal]:
    return lambda facts, days: _total(facts.sums[name], days)


def _feature_adoption(facts: AppFacts, period: Period, feature: str) -> Part:
    """An app in which nobody used the feature has no part in it."""
    users = _users(facts.users_of_feature.get(feature, {}), period.days)
    return Decimal(users), Decimal(active(facts, period.days) if users else 0)


def _participation(facts: AppFacts, period: Period, activity_id: str) -> Part:
    """Of the people who were active on the activity's dates in the period."""
    activity = facts.activities.get(activity_id)
    if activity is None:
        return Decimal(0), Decimal(0)
    days = [day for day in period.days if day in activity.days]
    return Decimal(_users(activity.joiners, days)), Decimal(active(facts, days))


def _activity_roi(facts: AppFacts, period: Period, activity_id: str) -> Part:
    """(net revenue + discount - cost) / cost; cost = discount + points."""
    activity = facts.activities.get(activity_id)
    if activity is None:
        return Decimal(0), Decimal(0)
    discount = _total(activity.discount, period.days)
    cost = discount + _total(activity.points_cost, period.days)
    return _total(activity.net_revenue, period.days) + discount - cost, cost


def _unadvertised(facts: AppFacts) -> list[str]:
    """Activities that no ad campaign serves: their cost is discounts and points."""
    return [activity_id for activity_id in facts.activities if activity_id not in ADVERTISED_ACTIVITIES]


def _with_ads(facts: AppFacts) -> bool:
    return facts.has_ads


def _with_followers(facts: AppFacts) -> bool:
    return facts.has_followers


FORMULAS: tuple[Formula, ...] = (
    Formula("active_users", _number(active)),
    Formula(
        "active_users",
        lambda facts, period, value: _users_of(facts.active_on, value, period),
        DAY, dimension="platform", values=lambda facts: facts.active_on,
    ),
    Formula("dau", _number(active), DAY),
    Formula("wau", _window(7), DAY, days_before=6),
    Formula("mau", _window(30), DAY, days_before=29),
    Formula("new_users", _number(lambda facts, days: _users(facts.new, days))),
    Formula(
        "new_users",
        lambda facts, period, value: _users_of(facts.new_by_channel, value, period),
        DAY, dimension="channel", values=lambda facts: facts.new_by_channel,
    ),
    Formula("resurrected_users", _number(_resurrected), DAY),
    Formula("dormant_users", _number(_dormant), DAY),
    Formula("registered_users", _count("sign_up"), is_sparse=True),
    _retention(1),
    _retention(7),
    _retention(30),
    Formula("stickiness", _stickiness, DAY, is_ratio=True, days_before=29),
    Formula("stickiness", _stickiness, ("month",), is_ratio=True, days_before=30),
    Formula("sessions_per_user", _ratio(_counted("sessions"), active), is_ratio=True),
    Formula("bounce_rate", _ratio(_counted("bounces"), _counted("sessions")), is_ratio=True),
    Formula("pv", _count("page_view")),
    Formula("uv", _number(lambda facts, days: _users(facts.viewers, days))),
    Formula("orders", _count("orders")),
    Formula("paying_users", _number(paying)),
    Formula("gross_revenue", _sum("gross_revenue")),
    Formula("refunded_revenue", _sum("refunded_revenue")),
    Formula("net_revenue", _number(net)),
    Formula("gmv", _number(lambda f, d: _total(f.sums["gross_revenue"], d) + _total(f.sums["discount"], d))),
    Formula("paying_rate", _ratio(paying, active), is_ratio=True),
    Formula("arpu", _ratio(net, active), is_ratio=True),
    Formula("arppu", _ratio(net, paying), is_ratio=True),
    Formula("avg_order_value", _ratio(_summed("gross_revenue"), _counted("orders")), is_ratio=True),
    Formula("tickets", _count("tickets")),
    Formula("complaint_rate", _ratio(_counted("complaints"), active), is_ratio=True),
    Formula(
        "first_response_seconds", _ratio(_summed("response_seconds"), _counted("answered")), is_ratio=True
    ),
    Formula("satisfaction_score", _ratio(_counted("score"), _counted("rated")), is_ratio=True),
    Formula("content_views", _count("content_view"), is_sparse=True),
    Formula(
        "activity_participants", _number(lambda facts, days: _users(facts.joiners, days)), DAY, is_sparse=True
    ),
    Formula(
        "activity_participation_rate", _participation,
        is_ratio=True, dimension="activity", values=lambda facts: facts.activities,
    ),
    Formula("activity_roi", _activity_roi, is_ratio=True, dimension="activity", values=_unadvertised),
    Formula(
        "feature_adoption_rate", _feature_adoption, ("week",),
        is_ratio=True, dimension="feature", values=lambda facts: facts.users_of_feature,
    ),
    Formula(
        "avg_dwell_seconds", _ratio(_summed("page_view_seconds"), _counted("timed_page_view")), is_ratio=True
    ),
    Formula("viewers", _number(lambda facts, days: _users(facts.readers, days))),
    Formula(
        "views_per_viewer",
        _ratio(_counted("product_view"), lambda facts, days: _users(facts.readers, days)), is_ratio=True,
    ),
    Formula(
        "completion_rate", _ratio(_counted("content_complete"), _counted("completable_view")), is_ratio=True
    ),
    Formula(
        "active_creators",
        _number(lambda f, d: len(set().union(*(f.creators[day] for day in d if day in f.creators)))),
    ),
    Formula("content_published", _count("published")),
    Formula("ugc_share", _ratio(_counted("ugc_published"), _counted("published")), is_ratio=True),
    Formula("ad_spend", _sum("ad_spend"), concerns=_with_ads),
    Formula("impressions", _count("impressions"), concerns=_with_ads),
    Formula("clicks", _count("clicks"), concerns=_with_ads),
    Formula("ctr", _ratio(_counted("clicks"), _counted("impressions")), is_ratio=True, concerns=_with_ads),
    Formula("ad_conversions", _sum("ad_conversions"), concerns=_with_ads),
    Formula("cvr", _ratio(_summed("ad_conversions"), _counted("clicks")), is_ratio=True, concerns=_with_ads),
    Formula("cpc", _ratio(_summed("ad_spend"), _counted("clicks")), is_ratio=True, concerns=_with_ads),
    Formula("cpa", _ratio(_summed("ad_spend"), _summed("ad_conversions")), is_ratio=True, concerns=_with_ads),
    Formula(
        "cpm", _ratio(_summed("ad_spend"), lambda f, d: _total(f.counts["impressions"], d) / 1000),
        is_ratio=True, concerns=_with_ads,
    ),
    Formula("new_followers", _count("new_followers"), concerns=_with_followers),
    Formula("lost_followers", _count("lost_followers"), concerns=_with_followers),
    Formula(
        "net_followers",
        _number(lambda f, d: _total(f.counts["new_followers"], d) - _total(f.counts["lost_followers"], d)),
        concerns=_with_followers,
    ),
)  # fmt: skip
