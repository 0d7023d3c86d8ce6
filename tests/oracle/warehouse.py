"""All user tables that a company must give, in the order in which they follow from each other."""

from tests.oracle.active_users import active_users_of
from tests.oracle.company import Company, Row, apps_of
from tests.oracle.events import events_of
from tests.oracle.exclusions import exclusions_of
from tests.oracle.life import lives_of
from tests.oracle.lifecycle import lifecycle_of
from tests.oracle.money import orders_of, refunds_of
from tests.oracle.retention import retention_of
from tests.oracle.sessions import sessions_of
from tests.oracle.user_days import user_days_of
from tests.oracle.user_table import user_table_of
from tests.oracle.users import users_of

Table = dict[tuple, Row]

#: Key columns of each table, in the order of the keys of `expected`.
KEYS = {
    "fct_user_daily": ("app_id", "user_id", "activity_date"),
    "fct_active_users": ("app_id", "activity_date", "dimension", "dimension_value"),
    "fct_user_lifecycle": ("app_id", "grain", "period_start"),
    "fct_user_retention": (
        "app_id", "cohort_type", "grain", "cohort_start", "retention_type", "period_number",
        "dimension", "dimension_value",
    ),
    "dim_users": ("app_id", "user_id"),
}  # fmt: skip


def expected(company: Company) -> dict[str, Table]:
    """Table name -> key -> the other columns."""
    apps = apps_of(company)
    all_events = events_of(company, apps)
    excluded = exclusions_of(company, all_events)
    events = [
        event for event in all_events if not excluded.cover(event.app_id, event.user_id, event.event_date)
    ]
    orders = orders_of(company, apps, events, excluded)
    refunds = refunds_of(company, apps, events, orders, excluded)
    days = user_days_of(events, sessions_of(apps, events), orders, refunds)
    users = users_of(company, apps, events, days, excluded)
    for (app_id, user_id, day), row in days.items():
        user = users[app_id, user_id]
        row["is_new"] = user.is_new and day == user.active_dates[0]
    lives = lives_of(company, apps, events, orders)
    return {
        "fct_user_daily": dict(days),
        "fct_active_users": active_users_of(apps, lives, events, users),
        "fct_user_lifecycle": lifecycle_of(apps, lives, users),
        "fct_user_retention": retention_of(apps, lives, users),
        "dim_users": user_table_of(company, apps, users, days, orders, refunds),
    }
