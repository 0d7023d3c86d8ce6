"""What new users of a month are worth by day N: `marts.fct_user_ltv`."""

from datetime import timedelta
from decimal import Decimal

from tests.oracle.company import App, Company, Row
from tests.oracle.life import Life
from tests.oracle.user_days import UserDays
from tests.oracle.users import User

DAY_NUMBERS = [*range(31), 60, 90, 180, 365]


def ltv_of(
    company: Company,
    apps: dict[str, App],
    lives: dict[str, Life],
    users: dict[tuple[str, str], User],
    days: UserDays,
) -> dict[tuple, Row]:
    """Keyed by app, month, day number, dimension and value."""
    cohorts: dict[tuple, list[User]] = {}
    for user in users.values():
        if user.is_new:
            assert user.first_event is not None
            month = user.first_event.event_date.replace(day=1)
            values = {"all": "all", "channel": user.channel, "platform": user.first_event.platform}
            for dimension, value in values.items():
                cohorts.setdefault((user.app_id, month, dimension, value or "(unknown)"), []).append(user)
    revenue = _revenue_by_age(users, days)
    with_database = {row["app_id"] for row in company.orders}
    rows = {}
    for (app_id, month, dimension, value), members in cohorts.items():
        app, life = apps[app_id], lives[app_id]
        last_date = app.period_end(month, "month")
        orders_through = app.last_day if app_id in with_database else life.complete_through
        for number in DAY_NUMBERS:
            if month + timedelta(days=number) > app.running_day:
                continue
            total = sum(
                (
                    amount
                    for user in members
                    for age, amount in revenue.get((app_id, user.user_id), [])
                    if age <= number
                ),
                Decimal(0),
            )
            rows[app_id, month, number, dimension, value] = {
                "cohort_users": len(members),
                "cumulative_revenue": total,
                "ltv": float(total) / len(members),
                "is_mature": life.is_whole(month, last_date)
                and last_date + timedelta(days=number) <= orders_through
                and month >= life.new_known_from,
            }
    return rows


def _revenue_by_age(
    users: dict[tuple[str, str], User], days: UserDays
) -> dict[tuple[str, str], list[tuple[int, Decimal]]]:
    """Per user the net revenue of each date, by days since the first active one; before it is day 0."""
    revenue: dict[tuple[str, str], list[tuple[int, Decimal]]] = {}
    for (app_id, user_id, day), row in days.items():
        first = users[app_id, user_id].first_event
        if first is not None:
            age = max(0, (day - first.event_date).days)
            revenue.setdefault((app_id, user_id), []).append((age, row["net_revenue"]))
    return revenue
