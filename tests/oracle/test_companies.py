"""Random companies hold what they promise, and the comparison finds what differs."""

from datetime import timedelta
from itertools import pairwise

import duckdb
import pyarrow as pa
import pytest

from tests.oracle.companies import random_company
from tests.oracle.company import apps_of, parse_moment
from tests.oracle.company_operations import FUNNELS
from tests.oracle.comparison import compare
from tests.oracle.events import events_of
from tests.oracle.warehouse import KEYS, expected


def test_equal_seeds_give_equal_companies():
    assert random_company(5, days=40, people=8) == random_company(5, days=40, people=8)
    assert random_company(5, days=40, people=8) != random_company(6, days=40, people=8)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_company_is_nasty(seed):
    company = random_company(seed)
    counted = events_of(company, apps_of(company))
    by_id = {(event.app_id, event.event_id): event for event in counted}
    moved = [
        row
        for row in company.events
        if not row.get("user_id")
        and (row["app_id"], row["event_id"]) in by_id
        and not by_id[row["app_id"], row["event_id"]].user_id.startswith("anon:")
    ]
    assert moved, "nobody signed in late"
    assert len({(row["app_id"], row["event_id"]) for row in company.events}) < len(company.events)
    assert any(parse_moment(row["occurred_at"]) > company.as_of for row in company.events)
    assert any(event.user_id.startswith("anon:") for event in counted)
    assert any(not event.is_active for event in counted)
    channels = {event.channel for event in counted}
    assert {"direct", "referral", "wechat", "sms", "store_a", "(other)"} <= channels
    moments = sorted((event.app_id, event.user_id, event.occurred_at) for event in counted if event.is_active)
    silences = {later[2] - earlier[2] for earlier, later in pairwise(moments)}
    assert {timedelta(0), timedelta(minutes=30), timedelta(minutes=30, microseconds=1)} <= silences


@pytest.mark.parametrize("seed", [1, 2])
def test_the_oracle_keeps_the_lifecycle_equation(seed, tables_of):
    before: dict = {}
    for (app_id, grain, _), row in sorted(tables_of(seed)["fct_user_lifecycle"].items()):
        flow = row["new_users"] + row["resurrected_users"] - row["dormant_users"]
        assert row["active_users"] == before.get((app_id, grain), 0) + flow
        before[app_id, grain] = row["active_users"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_operations_leave_rows_in_every_table(seed, tables_of):
    tables = tables_of(seed)
    assert all(tables.values())
    recalls = tables["fct_user_recall"].values()
    assert any(row["returned_users_7d"] for row in recalls)
    assert any(row["natural_returned_users_7d"] for row in recalls)
    assert {row["is_mature"] for row in recalls} == {True, False}
    steps = tables["fct_funnel_conversions"]
    reached = {key[1] for key, row in steps.items() if key[3] > 1 and row["users"]}
    assert {key[1] for key in steps} == set(FUNNELS) - {"nobody"}
    assert len(reached) >= len(FUNNELS) - 2


@pytest.mark.parametrize("seed", [1, 2])
def test_the_oracle_keeps_the_funnel_and_points_equations(seed, tables_of):
    tables = tables_of(seed)
    for (*key, number, dimension, value), row in tables["fct_funnel_conversions"].items():
        if number > 1:
            before = tables["fct_funnel_conversions"][*key, number - 1, dimension, value]
            assert row["users"] <= row["users_previous_step"] == before["users"]
    total = sum(row["earned"] - row["used"] - row["expired"] for row in tables["fct_points_daily"].values())
    last = {key[:2]: row["balance"] for key, row in sorted(tables["fct_points_daily"].items())}
    assert total == sum(last.values())


@pytest.fixture
def published():
    company = random_company(3, people=6)
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'; create schema marts")
    for name, table in expected(company).items():
        rows = [dict(zip(KEYS[name], key, strict=True)) | row for key, row in table.items()]
        frame = pa.Table.from_pylist(rows)
        connection.execute(f"create table marts.{name} as select * from frame")
        assert frame.num_rows == len(table)
    # Published times are UTC without zone.
    for table, name in connection.execute(
        """select table_name, column_name from duckdb_columns()
        where schema_name = 'marts' and data_type like '%TIME ZONE'"""
    ).fetchall():
        connection.execute(f"alter table marts.{table} alter {name} type timestamp")
    return connection, company


def test_equal_tables_do_not_differ(published):
    assert compare(*published) == []


def test_every_kind_of_difference_is_told(published):
    connection, company = published
    connection.execute("update marts.fct_active_users set mau = mau + 1 where dimension = 'all'")
    connection.execute(
        "delete from marts.dim_users where user_id = (select min(user_id) from marts.dim_users)"
    )
    connection.execute(
        "insert into marts.fct_user_lifecycle by name select 'ghost' as app_id, 'day' as grain"
    )
    differences = "\n".join(compare(connection, company))
    assert "dim_users: no row" in differences
    assert "fct_user_lifecycle: unexpected row ghost / day" in differences
    assert "fct_active_users: unequal values" in differences
    assert "mau is" in differences
    assert "fct_user_retention" not in differences
