"""A real purchase log (CDNOW, 23,570 customers, 69,659 orders) through the whole pipeline, against plain Python."""

import csv
import json
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.pipeline import REPOSITORY, Run, make

ORDERS = Path(
    os.environ.get("OPS_CDNOW_ORDERS", REPOSITORY.parent / "shared" / "data" / "cdnow" / "orders.csv")
)
LAST_DAY = date(1998, 6, 30)

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("cdnow")]


@pytest.fixture(scope="module")
def orders() -> list[dict]:
    """Every line of the file; 255 lines repeat another one and are orders of their own."""
    if not ORDERS.exists() and not os.environ.get("CI"):
        pytest.skip(f"the CDNOW purchase log is missing: put orders.csv at {ORDERS} or set OPS_CDNOW_ORDERS")
    with ORDERS.open(encoding="utf-8", newline="") as file:
        return [
            {
                "line": number,
                "user_id": row["customer_id"],
                "day": date.fromisoformat(row["order_date"]),
                "amount": Decimal(row["amount_usd"]),
                "quantity": row["quantity"],
            }
            for number, row in enumerate(csv.DictReader(file), start=2)
        ]


@pytest.fixture(scope="module")
def run(orders: list[dict], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`make refresh` on an inbox that holds one workbook table and one file of purchase events."""
    data_dir = tmp_path_factory.mktemp("cdnow")
    workbook, inbox = data_dir / "inbox" / "ops_workbook", data_dir / "inbox" / "app_events"
    workbook.mkdir(parents=True)
    inbox.mkdir(parents=True)
    (workbook / "apps.csv").write_text(
        "app_id,app_name,timezone,week_start,currency\ncdnow,CDNOW,America/New_York,monday,USD\n", "utf-8"
    )
    with (inbox / "purchases.ndjson").open("w", encoding="utf-8") as file:
        for order in orders:
            event = {
                "event_id": str(order["line"]),
                "app_id": "cdnow",
                "event_name": "purchase",
                "user_id": order["user_id"],
                "occurred_at": _noon_in_new_york(order["day"]),
                "properties": {
                    "order_id": str(order["line"]),
                    "revenue": str(order["amount"]),
                    "currency": "USD",
                    "quantity": int(order["quantity"]),
                },
            }
            file.write(json.dumps(event) + "\n")
    result = make(
        "refresh",
        data_dir,
        OPS_REPORTING_CURRENCY="USD",
        OPS_REPORTING_TIMEZONE="America/New_York",
        OPS_AS_OF="1998-07-01T00:00:00-04:00",
    )
    assert result.returncode == 0, result.output[-6000:]
    return result


def _noon_in_new_york(day: date) -> str:
    """Daylight saving time: first Sunday of April to last Sunday of October, as it was in 1997 and 1998."""
    starts = {1997: date(1997, 4, 6), 1998: date(1998, 4, 5)}[day.year]
    ends = {1997: date(1997, 10, 26), 1998: date(1998, 10, 25)}[day.year]
    return f"{day}T12:00:00{'-04:00' if starts <= day < ends else '-05:00'}"


def test_every_customer_order_and_cent_arrives(orders: list[dict], run: Run) -> None:
    with run.published() as published:
        customers, paying = published.sql(
            "select count(*), count_if(is_paying) from marts.dim_users"
        ).fetchall()[0]
        count, gross = published.sql("select count(*), sum(gross_amount) from marts.fct_orders").fetchall()[0]
        dates = dict(
            published.sql("select order_date, count(*) from marts.fct_orders group by order_date").fetchall()
        )
    expected_dates: dict[date, int] = defaultdict(int)
    for order in orders:
        expected_dates[order["day"]] += 1
    assert (customers, paying) == (23_570, 23_502)
    assert count == len(orders) == 69_659
    assert gross == sum(order["amount"] for order in orders)
    assert dates == expected_dates


def test_cohorts_by_month_and_their_next_month(orders: list[dict], run: Run) -> None:
    months: dict[str, set[date]] = defaultdict(set)
    for order in orders:
        months[order["user_id"]].add(order["day"].replace(day=1))
    expected: dict[date, tuple[int, int]] = {}
    for active in months.values():
        first = min(active)
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        cohort, retained = expected.get(first, (0, 0))
        expected[first] = (cohort + 1, retained + (following in active))
    with run.published() as published:
        rows = published.sql(
            """select cohort_start, cohort_users, retained_users, is_mature from marts.fct_user_retention
            where cohort_type = 'new' and grain = 'month' and retention_type = 'on' and period_number = 1
                and dimension = 'all'"""
        ).fetchall()
    assert {row[0]: (row[1], row[2]) for row in rows} == expected
    assert len(expected) == 3
    assert all(row[3] for row in rows)


def test_btyd_columns_are_what_clv_libraries_expect(orders: list[dict], run: Run) -> None:
    by_customer: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for order in orders:
        by_customer[order["user_id"]][order["day"]] += order["amount"]
    with run.published() as published:
        rows = published.sql(
            """select user_id, btyd_frequency, btyd_recency_days, btyd_age_days, btyd_monetary_value,
                orders, net_revenue, rfm_frequency, rfm_recency_days
            from marts.dim_users"""
        ).fetchall()
    assert len(rows) == len(by_customer)
    for user_id, frequency, recency, age, monetary, _, revenue, rfm_frequency, rfm_recency in rows:
        days = by_customer[user_id]
        first, last = min(days), max(days)
        repeats = [amount for day, amount in days.items() if day != first]
        expected_mean = float(sum(repeats) / len(repeats)) if repeats else 0.0
        assert (frequency, recency, age) == (len(repeats), (last - first).days, (LAST_DAY - first).days), (
            user_id
        )
        assert float(monetary) == pytest.approx(expected_mean, abs=5e-7), user_id
        assert revenue == sum(days.values()), user_id
        assert (rfm_frequency, rfm_recency) == (len(days), (LAST_DAY - last).days), user_id


def test_monthly_revenue_kpis_equal_the_file(orders: list[dict], run: Run) -> None:
    expected: dict[date, Decimal] = defaultdict(Decimal)
    for order in orders:
        expected[order["day"].replace(day=1)] += order["amount"]
    with run.published() as published:
        rows = published.sql(
            """select period_start, value, is_complete from kpi.fct_kpi
            where kpi_code = 'gross_revenue' and grain = 'month' and dimension = 'all' and app_id = 'cdnow'"""
        ).fetchall()
    got = {row[0]: row[1] for row in rows if row[2]}
    assert got == expected
