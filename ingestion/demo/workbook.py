"""inbox/ops_workbook: the tables that the company's operations staff keep, a CSV each."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ingestion.demo.advertising import ACCOUNTS
from ingestion.demo.catalog import KINDS
from ingestion.demo.company import APPS
from ingestion.demo.funnels import FUNNELS, funnel_steps
from ingestion.demo.holidays import holiday_name, is_workday, spring_festival_offset
from ingestion.demo.money import Rates
from ingestion.demo.parameters import LAST_DAY, Parameters
from ingestion.demo.people import excluded_by_device
from ingestion.demo.truth import TruthRow
from ingestion.demo.world import AppWorld
from ingestion.sources.ops_workbook.contracts import CONTRACTS

Row = dict[str, Any]
#: KPI -> what staff hope for, relative to what came: some targets are met, some are not.
TARGETS = {
    "net_revenue": Decimal("0.95"), "gross_revenue": Decimal("1.05"), "orders": Decimal("1.02"),
    "new_users": Decimal("0.9"), "paying_rate": Decimal("1.1"), "active_users": Decimal("1"),
}  # fmt: skip
#: Those whose apps add up to the company.
ADDITIVE = ("net_revenue", "gross_revenue", "orders", "new_users")


def workbook(
    parameters: Parameters, worlds: list[AppWorld], rates: Rates, truth: list[TruthRow]
) -> dict[str, bytes]:
    """File name -> content (UTF-8). Columns are those of the contracts."""
    rows: dict[str, Iterable[Row]] = {
        "apps": _apps(parameters),
        "event_catalog": _event_catalog(),
        "funnels": FUNNELS,
        "funnel_steps": funnel_steps(),
        "activities": _activities(worlds),
        "ad_accounts": _ad_accounts(),
        "channel_costs": _channel_costs(parameters, worlds),
        "kpi_targets": _kpi_targets(truth, parameters),
        "kpi_tree": KPI_TREE,
        "excluded_users": _excluded(worlds),
        "fx_rates": _fx_rates(rates),
        "calendar": _calendar(parameters),
        "competitor_metrics": _competitor_metrics(truth),
    }
    columns = {contract.entity: [field.name for field in contract.fields] for contract in CONTRACTS}
    return {f"{table}.csv": _csv(columns[table], table_rows) for table, table_rows in rows.items()}


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _apps(parameters: Parameters) -> list[Row]:
    first = parameters.first_day.isoformat()
    return [
        {
            "app_id": app.app_id, "app_name": app.app_name, "timezone": app.timezone, "week_start": app.week_start,
            "currency": app.currency, "launch_date": first, "events_since": first,
        }
        for app in APPS
    ]  # fmt: skip


def _event_catalog() -> list[Row]:
    return [
        {
            "event_name": kind.name, "domain": kind.domain, "measure": kind.measure,
            "is_active_event": str(kind.is_active).lower(), "is_key_event": str(kind.is_key).lower(),
            "description": kind.description,
        }
        for kind in KINDS if kind.is_catalogued
    ]  # fmt: skip


KPI_TREE: list[Row] = [
    {
        "parent_kpi_code": "net_revenue",
        "child_kpi_code": "net_revenue",
        "relation": "sum",
        "split_dimension": "app",
    },
    *(
        {"parent_kpi_code": "net_revenue", "child_kpi_code": child, "relation": "product"}
        for child in ("active_users", "paying_rate", "arppu")
    ),
    {"parent_kpi_code": "orders", "child_kpi_code": "orders", "relation": "sum", "split_dimension": "day"},
]


def _activities(worlds: list[AppWorld]) -> list[Row]:
    return [
        {
            "activity_id": activity.activity_id, "app_id": activity.app_id, "activity_name": activity.name,
            "activity_type": activity.kind, "start_at": f"{activity.start:%Y-%m-%d %H:%M:%S}",
            "end_at": activity.end_as_written, "participation_event": "activity_join",
            "goal_kpi_code": activity.goal_kpi, "goal_value": activity.goal_value,
            "budget_amount": activity.budget, "currency": world.app.currency, "owner": activity.owner,
        }
        for world in worlds for activity in world.activities
    ]  # fmt: skip


def _ad_accounts() -> list[Row]:
    rows: list[Row] = [
        {"platform": a.platform, "account_id": a.account_id, "app_id": a.app_id, "channel": a.channel}
        for a in ACCOUNTS
    ]
    ocean = ACCOUNTS[1]
    spring = {"campaign_id": ocean.campaigns[2][0], "activity_id": "act_aurora_spring"}
    return [*rows, {**rows[1], **spring}]


def _channel_costs(parameters: Parameters, worlds: list[AppWorld]) -> list[Row]:
    """地推 twice a week, a 小红书 KOL every other week, rewards for invitations every week."""
    dice = parameters.dice("channel costs")
    plans = (
        ("offline", (2, 5), 7, "地推"),
        ("xiaohongshu", (1,), 14, "KOL 投放"),
        ("invite", (0,), 7, "邀请奖励"),
    )
    rows = []
    for world in worlds:
        offered = {channel.name for channel in world.app.channels}
        for channel, weekdays, every, note in plans:
            for number, day in enumerate(world.days[:-1]):
                if channel in offered and day.weekday() in weekdays and (number // 7 * 7) % every == 0:
                    amount = parameters.users * dice.randrange(20, 80) / 1000
                    rows.append({
                        "app_id": world.app.app_id, "channel": channel, "cost_date": day,
                        "amount": f"{amount:.2f}", "currency": world.app.currency, "note": note,
                    })  # fmt: skip
    return rows


def _kpi_targets(truth: list[TruthRow], parameters: Parameters) -> list[Row]:
    """Monthly targets per app and for the company, also for the month that still runs."""
    latest: dict[tuple[str, str], Decimal] = {}
    rows: dict[tuple[str, str, date], Decimal] = {}
    for row in truth:
        if row.grain == "month" and row.dimension == "all" and row.kpi_code in TARGETS:
            hoped = (row.value * TARGETS[row.kpi_code]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            rows[row.kpi_code, row.app_id, row.period_start] = hoped
            latest[row.kpi_code, row.app_id] = hoped
    for (code, app_id), hoped in latest.items():
        rows.setdefault((code, app_id, LAST_DAY.replace(day=1)), hoped)
    # A month may be over in one app's zone only: the company hopes for what its apps hope for together.
    for code, app_id, start in rows:
        parts = [value for (c, a, s), value in rows.items() if (c, s) == (code, start) and a != "*"]
        if app_id == "*" and code in ADDITIVE and len(parts) == len(APPS):
            rows[code, app_id, start] = sum(parts, Decimal(0))
    return [
        {
            "kpi_code": code, "app_id": app_id, "grain": "month", "period_start": start, "dimension": "all",
            "dimension_value": "all", "target_value": value,
        }
        for (code, app_id, start), value in sorted(rows.items())
    ]  # fmt: skip


def _excluded(worlds: list[AppWorld]) -> list[Row]:
    rows = []
    for world in worlds:
        for person in world.people:
            if not person.excluded:
                continue
            row: Row = {
                "app_id": world.app.app_id,
                "reason": person.excluded,
                "from_date": person.excluded_from or "",
            }
            if excluded_by_device(person):
                row["device_id"] = person.devices[0].device_id
            else:
                row["user_id"] = person.user_id
            rows.append(row)
    return rows


def _fx_rates(rates: Rates) -> list[Row]:
    return [
        {"rate_date": day, "currency": "USD", "rate_to_reporting": rate} for day, rate in rates.usd.items()
    ]


def _calendar(parameters: Parameters) -> list[Row]:
    first = parameters.first_day - timedelta(days=60)
    days = [first + timedelta(days=n) for n in range((LAST_DAY - first).days + 31)]
    return [
        {
            "calendar_date": day, "holiday_name": holiday_name(day), "is_workday": str(is_workday(day)).lower(),
            "spring_festival_offset_days": spring_festival_offset(day),
        }
        for day in days
    ]  # fmt: skip


def _competitor_metrics(truth: list[TruthRow]) -> list[Row]:
    """What an industry report says each month, beside our own KPI, and a rank that we have no KPI for."""
    months = [row for row in truth if (row.kpi_code, row.grain) == ("active_users", "month")]
    rows: list[Row] = []
    for row in months:
        share = Decimal("1.25") if row.app_id == "*" else Decimal("0.8")
        known = {
            "app_id": row.app_id,
            "competitor": "lumen",
            "metric_date": row.period_start,
            "grain": "month",
        }
        value = (row.value * share).quantize(Decimal(1), ROUND_HALF_UP)
        report = {"kpi_code": "active_users", "value": value, "source": "industry report"}
        rows.append({**known, "metric_name": "monthly actives", **report})
        if row.app_id != "*":
            rows.append({**known, "metric_name": "app store rank", "value": 12, "source": "app store"})
    return rows
