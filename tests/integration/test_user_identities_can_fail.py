"""Each identity of the user marts is broken once in a finished company, and the check that states it must see it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.freeze import WAREHOUSE
from tests.integration.kpi_company import Company
from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

ACTIVE = "update marts.fct_active_users set"
LIFECYCLE = "update marts.fct_user_lifecycle set"
RETENTION = "update marts.fct_user_retention set retained_users ="
FIRST_CELL = (
    "cohort_type = 'new' and grain = 'day' and dimension = 'all' and period_number = 1 and cohort_users > 1"
)
#: The check, by a part of its name, and a statement that breaks what it states.
BROKEN = {
    "lifecycle adds up to active users": (
        "fct_user_lifecycle_is_sound", f"{LIFECYCLE} returning_users = returning_users + 1"
    ),
    "dormant users explain who is gone": (
        "assert_lifecycle_explains_active_users", f"{LIFECYCLE} dormant_users = dormant_users + 1 where grain = 'week'"
    ),
    "days of the lifecycle have the DAU": (
        "assert_lifecycle_explains_active_users",
        "delete from marts.fct_active_users"
        " where activity_date = (select max(activity_date) from marts.fct_active_users)",
    ),
    "DAU <= WAU": ("fct_active_users_is_sound", f"{ACTIVE} wau = dau - 1 where dau > 0"),
    "WAU <= MAU": ("fct_active_users_is_sound", f"{ACTIVE} mau = wau - 1 where wau > 0"),
    **{
        f"{dimension} has all users": (
            "assert_parts_of_a_dimension", f"delete from marts.fct_active_users where dimension = '{dimension}'"
        )
        for dimension in ("channel", "country", "region", "platform", "app_version")
    },
    "no user in two countries": (
        "assert_parts_of_a_dimension", f"{ACTIVE} dau = dau + 1 where dimension = 'country'"
    ),
    "no platform with more users than there are": (
        "assert_parts_of_a_dimension",
        f"{ACTIVE} mau = 1000000 where dimension = 'platform' and dimension_value = 'ios'",
    ),
    "retained <= cohort": ("fct_user_retention_is_sound", f"{RETENTION} cohort_users + 1"),
    "on <= within": (
        "assert_wider_retention", f"{RETENTION} cohort_users where retention_type = 'on' and {FIRST_CELL}"
    ),
    "on <= on_or_after": (
        "assert_wider_retention",
        f"{RETENTION} 0 where retention_type = 'on_or_after' and {FIRST_CELL} and is_mature",
    ),
    **{
        f"new cohorts by {dimension}": (
            "assert_users_of_periods_agree", f"delete from marts.fct_user_retention where dimension = '{dimension}'"
        )
        for dimension in ("all", "channel", "platform")
    },
    "cohorts of customer value": (
        "assert_users_of_periods_agree", "update marts.fct_user_ltv set cohort_users = cohort_users + 1"
    ),
    "stickiness": ("assert_users_of_periods_agree", "delete from marts.fct_user_stickiness where active_days = 1"),
    "funnel steps never increase": (
        "fct_funnel_conversions_is_sound", "update marts.fct_funnel_conversions set users = users_previous_step + 1"
    ),
    "funnels by platform": (
        "assert_funnel_parts", "delete from marts.fct_funnel_conversions where dimension = 'platform'"
    ),
    "funnels by channel": (
        "assert_funnel_parts", "update marts.fct_funnel_conversions set users = users + 1 where dimension = 'channel'"
    ),
    "customer value by platform": (
        "assert_ltv_parts", "delete from marts.fct_user_ltv where dimension = 'platform'"
    ),
    "balance = earned - used - expired": (
        "assert_points_balances", "update marts.fct_points_daily set used = used + 1"
    ),
    "balance of dim_users": (
        "assert_points_balances", "update marts.dim_users set points_balance = points_balance + 1"
    ),
    "everybody with points is a user": (
        "assert_points_balances", "delete from marts.dim_users where points_balance <> 0"
    ),
    "totals of users": ("assert_dim_users_totals", "update marts.dim_users set sessions = sessions + 1"),
    "dates and orders have the same money": (
        "assert_user_days_agree",
        "update marts.fct_orders set net_amount_reporting = net_amount_reporting + 0.000001"
        " where order_id = (select min(order_id) from marts.fct_orders)",
    ),
    "days have their sessions": (
        "assert_user_days_agree",
        "delete from intermediate.int_sessions"
        " where session_id = (select min(session_id) from intermediate.int_sessions)",
    ),
    "no refund gives money": (
        "int_refund_claims_expected_identities", "update intermediate.int_refund_claims set amount = -amount"
    ),
    "refund events say how much": (
        "every_purchase_and_refund_event_has_a_readable_revenue",
        "update intermediate.int_kept_events set measure = 'refund', revenue = null"
        " where event_id = (select min(event_id) from intermediate.int_events)",
    ),
    "ARPU and ARPPU have one numerator": (
        "assert_kpi_related_kpis_agree", "update kpi.fct_kpi set numerator = numerator + 1 where kpi_code = 'arpu'"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def company(demo_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Company:
    whole = Company.of(demo_run.data_dir, demo_run.target_path, also_warnings=True)
    folder: Path = tmp_path_factory.mktemp("identities")
    shutil.copyfile(whole.path / WAREHOUSE, folder / WAREHOUSE)
    return Company(folder, whole.checks, whole.tables, whole.followers)


@pytest.fixture
def warehouse(company: Company) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(company.path / WAREHOUSE)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("begin")
        yield connection
        connection.execute("rollback")


@pytest.mark.parametrize(("check", "statement"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_identity_is_seen(
    company: Company, warehouse: duckdb.DuckDBPyConnection, check: str, statement: str
) -> None:
    stated = [one for one in company.checks if check in one.name]
    assert stated
    assert not any(_fails(warehouse, one.sql) for one in stated)
    warehouse.execute(statement)
    assert any(_fails(warehouse, one.sql) for one in stated)


def _fails(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    """A dbt test gives the rows that break it; a generic one may give their number instead."""
    return bool(connection.execute(f"from ({query}) limit 1").fetchall())
