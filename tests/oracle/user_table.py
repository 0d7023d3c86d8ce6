"""Totals and state of every user: `marts.dim_users`."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.oracle.company import App, Company, Row
from tests.oracle.customer_values import customer_values_of
from tests.oracle.exclusions import Exclusions
from tests.oracle.ledgers import points_of, tiers_of
from tests.oracle.money import Order, Refund
from tests.oracle.user_days import UserDays
from tests.oracle.users import User

SUMMED = ("sessions", "orders", "gross_revenue", "refunded_revenue", "net_revenue")


def user_table_of(
    company: Company,
    apps: dict[str, App],
    users: dict[tuple[str, str], User],
    days: UserDays,
    orders: list[Order],
    refunds: list[Refund],
    excluded: Exclusions,
) -> dict[tuple, Row]:
    """Keyed by app and user."""
    values = customer_values_of(apps, orders, refunds)
    own_days: dict[tuple[str, str], list[Row]] = {}
    for (app_id, user_id, _), day in days.items():
        own_days.setdefault((app_id, user_id), []).append(day)
    paid_dates: dict[tuple[str, str], list[date]] = {}
    for order in orders:
        if order.gross > 0:
            paid_dates.setdefault((order.app_id, order.user_id), []).append(order.order_date)
    tiers = {
        (app_id, user_id): row["tier"]
        for (app_id, user_id, _), row in tiers_of(company, apps, excluded).items()
        if row["valid_to"] is None
    }
    balances = {
        (app_id, user_id): row["balance"]
        for (app_id, user_id, _), row in sorted(points_of(company, apps, excluded).items())
    }
    rows = {}
    for key, user in users.items():
        first_paid = min(paid_dates.get(key, []), default=None)
        first = user.first_event
        rows[key] = {
            "registered_date": user.registered_date,
            "first_active_at": first.occurred_at if first else None,
            "first_active_date": first.event_date if first else None,
            "last_active_date": max(user.active_dates, default=None),
            "acquisition_channel": user.channel,
            "acquisition_campaign": user.campaign,
            "acquisition_source": user.channel_source,
            "first_platform": first.platform if first else None,
            "country": user.country,
            "region": user.region,
            "active_days": len(user.active_dates),
            **{name: sum((day[name] for day in own_days.get(key, [])), Decimal(0)) for name in SUMMED},
            "first_paid_date": first_paid,
            "is_paying": first_paid is not None,
            "lifecycle_state": lifecycle_state(user, apps[user.app_id].last_day),
            **values.get(key, dict.fromkeys(_VALUE_COLUMNS)),
            "tier": tiers.get(key, user.row.get("tier")),
            "points_balance": balances.get(key, 0),
        }
    return rows


_VALUE_COLUMNS = (
    "rfm_recency_days", "rfm_frequency", "rfm_monetary", "rfm_segment",
    "btyd_frequency", "btyd_recency_days", "btyd_age_days", "btyd_monetary_value",
)  # fmt: skip


def lifecycle_state(user: User, last_day: date) -> str | None:
    """By the days that the user has been idle at L."""
    if not user.active_dates:
        return None
    idle = (last_day - user.active_dates[-1]).days
    if idle >= 30:
        return "churned"
    if idle >= 7:
        return "dormant"
    week_start = last_day - timedelta(days=6)
    if user.active_dates[0] >= week_start:
        return "resurrected" if user.is_preexisting else "new"
    for before, after in pairwise(user.active_dates):
        silent_days = (after - before).days - 1
        if after >= week_start and silent_days >= 30:
            return "resurrected"
    return "active"
