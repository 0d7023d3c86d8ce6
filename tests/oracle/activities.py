"""The whole story of each activity (活动复盘): `marts.fct_activity_review`."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.oracle.activity_effects import GOALS, ONE_DAY, WEEK, Effect, Goal, Series, by_groups, by_weekdays
from tests.oracle.company import App, Company, Row, parse_moment
from tests.oracle.events import Event
from tests.oracle.exclusions import Exclusions
from tests.oracle.life import Life
from tests.oracle.money import Order, convert, rate_on
from tests.oracle.user_days import UserDays
from tests.oracle.users import User

OWN_GOALS = {"activity_participants"}


def reviews_of(
    company: Company,
    apps: dict[str, App],
    lives: dict[str, Life],
    events: list[Event],
    users: dict[tuple[str, str], User],
    days: UserDays,
    orders: list[Order],
    net_amounts: dict[tuple[str, str], Decimal],
    excluded: Exclusions,
    bought: dict[str, Decimal],
) -> dict[tuple, Row]:
    """Keyed by app and activity. `bought`: ads and other costs by activity, in the reporting currency."""
    rows = {}
    for plan in company.activities:
        app = apps[plan["app_id"]]
        first, last = (datetime.fromisoformat(plan[name]).date() for name in ("start_at", "end_at"))
        own = {(user, day): row for (app_id, user, day), row in days.items() if app_id == app.app_id}
        dates = [first + n * ONE_DAY for n in range((last - first).days + 1)]
        joined = _participations(plan, app, events)
        people = {user for user, _ in joined}
        groups = _groups(company, plan, first, excluded)
        active = {user for (user, day), row in own.items() if row["is_active"] and day in dates}
        target = set(groups["target"]) or active
        inside = people & target if groups["target"] else people
        mature = lives[app.app_id].is_whole(first, last + WEEK)
        back = {user for (user, day), row in own.items() if row["is_active"] and last < day <= last + WEEK}
        money = _money(company, plan, app, orders, net_amounts, excluded)
        rate = rate_on(company, plan["currency"] or app.currency, min(first, app.running_day))
        budget = convert(Decimal(plan["budget_amount"]), rate)
        cost = money["discount"] + money["points"] + bought.get(plan["activity_id"], Decimal(0))
        started = first <= app.running_day
        effect = _effect(company, plan["goal_kpi_code"], app, lives[app.app_id], own, dates, groups, plan)
        revenue = _effect(company, "net_revenue", app, lives[app.app_id], own, dates, groups, plan)
        actual = float(len(people)) if plan["goal_kpi_code"] in OWN_GOALS else effect.actual
        suspects = _suspects(plan, app, people, joined, events, orders)
        gain = money["net"] + money["discount"] - cost
        rows[app.app_id, plan["activity_id"]] = {
            "actual_value": actual,
            "goal_attainment": None if actual is None else actual / float(plan["goal_value"]),
            "budget_amount": budget,
            "total_cost": cost,
            "budget_use": float(cost) / float(budget),
            "target_users": len(target) if started else None,
            "participants": len(people),
            "participation_rate": len(inside) / len(target) if target and started else None,
            "new_users": sum(_is_new(users.get((app.app_id, user)), dates) for user in people),
            "baseline_value": effect.baseline if effect.value is None else (actual or 0.0) - effect.value,
            "incremental_value": effect.value,
            "incremental_low": effect.low,
            "incremental_high": effect.high,
            "baseline_note": effect.note,
            "incremental_revenue": None if revenue.value is None else _six(revenue.value),
            "roi": float(gain) / float(cost) if cost else None,
            "cost_per_participant": _eight(cost, len(people)),
            "retention_7d_after": len(people & back) / len(people) if people and mature else None,
            "give_back": effect.give_back if mature else None,
            "suspected_abuse_share": len(suspects) / len(people) if people else None,
            "is_mature": mature,
        }
    return rows


def _participations(plan: Row, app: App, events: list[Event]) -> set[tuple[str, date]]:
    start, end = (datetime.fromisoformat(plan[name]) for name in ("start_at", "end_at"))
    found = set()
    for event in events:
        if event.app_id != app.app_id:
            continue
        carried = event.properties.get("activity_id")
        wanted = plan["participation_event"]
        takes_part = (
            event.name == wanted and carried in (None, plan["activity_id"])
            if wanted
            else carried == plan["activity_id"]
        )
        if takes_part and start <= event.occurred_at.astimezone(app.zone).replace(tzinfo=None) <= end:
            found.add((event.user_id, event.event_date))
    return found


def _groups(company: Company, plan: Row, first: date, excluded: Exclusions) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {"target": [], "control": []}
    for row in company.activity_groups:
        if row["activity_id"] == plan["activity_id"] and not excluded.cover(
            row["app_id"], row["user_id"], first
        ):
            groups[row["group"]].append(row["user_id"])
    return groups


def _is_new(user: User | None, dates: list[date]) -> bool:
    return user is not None and user.is_new and user.active_dates[0] in dates


def _money(
    company: Company,
    plan: Row,
    app: App,
    orders: list[Order],
    net_amounts: dict[tuple[str, str], Decimal],
    excluded: Exclusions,
) -> dict[str, Decimal]:
    own = [
        order for order in orders if order.activity_id == plan["activity_id"] and order.app_id == app.app_id
    ]
    points = Decimal(0)
    for row in company.points_ledger:
        moment = parse_moment(row["occurred_at"])
        if (
            row.get("activity_id") != plan["activity_id"]
            or row["entry_type"] != "earned"
            or moment > company.as_of
        ):
            continue
        day = app.local_date(moment)
        if not excluded.cover(app.app_id, row["user_id"], day):
            points += convert(Decimal(row.get("cost_amount") or 0), rate_on(company, app.currency, day))
    return {
        "net": sum((net_amounts[order.app_id, order.order_id] for order in own), Decimal(0)),
        "discount": sum((order.discount_reporting for order in own), Decimal(0)),
        "points": points,
    }


def _effect(
    company: Company,
    code: str | None,
    app: App,
    life: Life,
    own: dict[tuple[str, date], Row],
    dates: list[date],
    groups: dict[str, list[str]],
    plan: Row,
) -> Effect:
    if code is None or code in OWN_GOALS:
        return Effect(None, note="goal_of_the_activity_itself" if code else "no_goal")
    goal = GOALS[code]
    first, last = dates[0], dates[-1]
    with_database = any(row["app_id"] == app.app_id for row in company.orders)
    by_orders = with_database and not goal.needs_events
    window = [
        day
        for day in life.days()
        if first - 8 * WEEK <= day <= last + WEEK
        and (day <= app.last_day if by_orders else life.is_whole(day, day))
    ]
    effect = by_weekdays(goal, _series(goal, own, window), first, last, _special(company, plan))
    whole = [day for day in life.days() if life.is_whole(day, day)]
    during = [day for day in whole if first <= day <= last]
    after = [day for day in whole if last < day <= last + WEEK]
    grouped = by_groups(goal, own, groups, during, after)
    if grouped is None or effect.note == "no_complete_day":
        return effect
    return Effect(
        effect.actual, None, grouped.value, grouped.low, grouped.high, grouped.give_back, grouped.note
    )


def _series(goal: Goal, own: dict[tuple[str, date], Row], window: list[date]) -> Series:
    series: Series = {}
    for day in window:
        values = [goal.value(row) for (_, other), row in own.items() if other == day]
        series[day] = (sum(value[0] for value in values), sum(value[1] for value in values))  # type: ignore[assignment]
    return series


def _special(company: Company, plan: Row) -> set[date]:
    special = {
        date.fromisoformat(row["calendar_date"]) for row in company.calendar if row.get("holiday_name")
    }
    for other in company.activities:
        if other["app_id"] == plan["app_id"] and other["activity_id"] != plan["activity_id"]:
            first, last = (datetime.fromisoformat(other[name]).date() for name in ("start_at", "end_at"))
            special |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return special


def _suspects(
    plan: Row,
    app: App,
    people: set[str],
    joined: set[tuple[str, date]],
    events: list[Event],
    orders: list[Order],
) -> set[str]:
    """On a device with three or more participants on their days, or with one order, and that one discounted."""
    on_device: dict[str, set[str]] = {}
    for event in events:
        if event.app_id == app.app_id and event.device_id and (event.user_id, event.event_date) in joined:
            on_device.setdefault(event.device_id, set()).add(event.user_id)
    suspects = {user for crowd in on_device.values() if len(crowd) >= 3 for user in crowd}
    bought: dict[str, list[Order]] = {}
    for order in orders:
        if order.app_id == app.app_id:
            bought.setdefault(order.user_id, []).append(order)
    return suspects | {
        user for user in people if len(bought.get(user, [])) == 1 and bought[user][0].discount_reporting > 0
    }


def _six(value: float) -> Decimal:
    return (
        Decimal(str(value))
        .quantize(Decimal("0.0000000001"), ROUND_HALF_UP)
        .quantize(Decimal("0.000001"), ROUND_HALF_UP)
    )


def _eight(cost: Decimal, people: int) -> Decimal | None:
    return (cost / people).quantize(Decimal("0.00000001"), ROUND_HALF_UP) if people else None
