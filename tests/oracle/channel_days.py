"""What each day's spend and new users became, by channel: `marts.fct_channel_daily`."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.oracle.advertising import booking, spend_of
from tests.oracle.company import Row
from tests.oracle.company_outside import AD_ZONE
from tests.oracle.facts import Facts
from tests.oracle.money import convert, rate_on
from tests.oracle.sessions import Session
from tests.oracle.user_days import UserDays
from tests.oracle.users import User

ONE_DAY = timedelta(days=1)
NOTHING = Decimal(0)
Key = tuple[str, str, date]


def channel_days_of(
    facts: Facts, sessions: list[Session], users: dict[tuple[str, str], User], days: UserDays
) -> dict[tuple, Row]:
    """Keyed by app, channel and acquisition date."""
    visits: dict[Key, int] = defaultdict(int)
    for session in sessions:
        visits[session.app_id, session.events[0].channel, session.session_date] += 1
    cohorts: dict[Key, list[User]] = defaultdict(list)
    for user in users.values():
        if user.is_new:
            cohorts[user.app_id, user.channel or "(unknown)", user.active_dates[0]].append(user)
    histories: dict[tuple[str, str], list[tuple[date, Row]]] = defaultdict(list)
    for (app_id, user_id, day), row in days.items():
        histories[app_id, user_id].append((day, row))
    ads, others = _costs(facts)
    rows = {}
    for key in visits.keys() | cohorts.keys() | ads.keys() | others.keys():
        app_id, _, day = key
        cohort, cost = cohorts.get(key, []), ads.get(key, NOTHING) + others.get(key, NOTHING)
        earned = _earned(cohort, histories, day)
        row: Row = {
            "visits": visits.get(key, 0),
            "sign_ups": sum(_did(facts, user, "sign_up") for user in cohort),
            "new_users": len(cohort),
            "activated_users": sum(_is_activated(facts, user, day) for user in cohort),
            "ad_cost": ads.get(key, NOTHING),
            "other_cost": others.get(key, NOTHING),
            "cost": cost,
            "cac": float(cost) / len(cohort) if cohort else None,
            "payback_days": _payback(earned, cost),
            "is_complete": _is_complete(facts, app_id, day),
        }
        for number in (0, 7, 30):
            revenue = sum((money for n, money in earned.items() if n <= number), NOTHING)
            row[f"revenue_d{number}"] = revenue
            if number:
                row[f"roas_d{number}"] = float(revenue) / float(cost) if cost else None
                row[f"roi_d{number}"] = float(revenue - cost) / float(cost) if cost else None
        for number in (1, 7, 30):
            back = day + number * ONE_DAY
            row[f"retained_d{number}"] = sum(back in user.active_dates for user in cohort)
            row[f"is_mature_d{number}"] = _is_known(facts, app_id, day) and all(
                _has_arrived(facts, app_id, known) for known in (day, back)
            )
        rows[key] = row
    return rows


def _costs(facts: Facts) -> tuple[dict[Key, Decimal], dict[Key, Decimal]]:
    ads, others = defaultdict[Key, Decimal](Decimal), defaultdict[Key, Decimal](Decimal)
    for row in facts.company.ads:
        app_id, channel, _ = booking(row["campaign_id"])
        ads[app_id, channel, date.fromisoformat(row["report_date"])] += spend_of(facts.company, row)
    for row in facts.company.channel_costs:
        app, day = facts.apps[row["app_id"]], date.fromisoformat(row["cost_date"])
        if day <= app.running_day:
            rate = rate_on(facts.company, row["currency"] or app.currency, day)
            others[app.app_id, row["channel"], day] += convert(Decimal(row["amount"]), rate)
    return ads, others


def _earned(
    cohort: list[User], histories: dict[tuple[str, str], list[tuple[date, Row]]], first: date
) -> dict[int, Decimal]:
    """Net revenue by day number; what was paid before the first activity is of day 0."""
    earned: dict[int, Decimal] = defaultdict(Decimal)
    for user in cohort:
        for day, row in histories[user.app_id, user.user_id]:
            earned[max((day - first).days, 0)] += row["net_revenue"]
    return earned


def _payback(earned: dict[int, Decimal], cost: Decimal) -> int | None:
    so_far = NOTHING
    for number in sorted(earned):
        so_far += earned[number]
        if cost > 0 and so_far >= cost and number <= 365:
            return number
    return None


def _did(facts: Facts, user: User, measure: str) -> bool:
    return any(
        event.measure == measure
        for event in facts.events
        if (event.app_id, event.user_id) == (user.app_id, user.user_id)
    )


def _is_activated(facts: Facts, user: User, first: date) -> bool:
    """Nothing in these catalogs means activation: any key event of the first week does."""
    return any(
        event.is_key and first <= event.event_date < first + timedelta(days=7)
        for event in facts.events
        if (event.app_id, event.user_id) == (user.app_id, user.user_id)
    )


def _is_known(facts: Facts, app_id: str, day: date) -> bool:
    life = facts.lives.get(app_id)
    return life is not None and life.first_day <= day <= life.last_day and day >= life.new_known_from


def _has_arrived(facts: Facts, app_id: str, day: date) -> bool:
    life = facts.lives.get(app_id)
    return life is not None and life.first_day <= day <= life.last_day and life.is_whole(day, day)


def _is_complete(facts: Facts, app_id: str, day: date) -> bool:
    """Outside the app's life only the reports of ads are waited for."""
    life, company = facts.lives.get(app_id), facts.company
    own = day <= facts.apps[app_id].last_day
    if life is not None and life.first_day <= day <= life.last_day:
        own = _is_known(facts, app_id, day) and _has_arrived(facts, app_id, day)
    if not any(row["app_id"] == app_id for row in company.ad_accounts):
        return own
    first = date.fromisoformat(min(row["report_date"] for row in company.ads))
    reported = company.as_of.astimezone(ZoneInfo(AD_ZONE)).date() > day if day >= first else True
    return own and reported
