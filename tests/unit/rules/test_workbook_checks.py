"""The checks of what people keep in the workbook: each finds its mistake and is silent where there is none."""

import re

import duckdb
import pytest

from tests.unit.rules.dbt_files import PROJECT


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    """Tables that the checks read, as their models have them."""
    connection = duckdb.connect()
    for table in (
        "int_kpi_definitions (kpi_code text, caliber_version integer, additivity text)",
        "stg_ops_workbook__apps (app_id text)",
        "stg_ops_workbook__kpi_targets (kpi_code text, app_id text, grain text, period_start date, dimension text, "
        "dimension_value text, target_value decimal(28, 8))",
        "stg_ops_workbook__kpi_tree (parent_kpi_code text, child_kpi_code text, relation text)",
        "stg_ops_workbook__funnels (funnel_code text)",
        "stg_ops_workbook__funnel_steps (funnel_code text, step_number bigint)",
    ):
        connection.execute(f"create table {table}")
    connection.execute(
        """insert into int_kpi_definitions values ('orders', 1, 'additive'), ('dau', 1, 'non'), ('net', 1, 'additive'),
            ('users', 1, 'non'), ('rate', 1, 'non')"""
    )
    connection.execute("insert into stg_ops_workbook__apps values ('a'), ('b')")
    connection.execute(
        """insert into stg_ops_workbook__kpi_tree values ('net', 'users', 'product'), ('net', 'rate', 'product'),
            ('net', 'net', 'sum')"""
    )
    return connection


def found(connection: duckdb.DuckDBPyConnection, check: str, columns: str) -> list[tuple]:
    """What a check's query gives, its references and the one macro written out."""
    sql = (PROJECT / "tests" / f"{check}.sql").read_text("utf-8")
    sql = re.sub(r"\{\{ config\(.*?\) \}\}", "", sql)
    sql = re.sub(r"""\{\{ ref\(["'](\w+)["']\) \}\}""", r"\1", sql)
    sql = re.sub(r"""\{\{ add_days\("([\w.]+)", (\d+)\) \}\}""", r"(\1 + \2)", sql)
    assert "{{" not in sql
    return connection.execute(f"select {columns} from ({sql}) order by all").fetchall()


#: Rows are KPI, app, grain, first day, dimension, value, target.
WHOLE = "('orders', '*', 'month', date '2026-03-01', 'all', 'all', 1000)"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([WHOLE], []),
        ([WHOLE, "('orders', 'a', 'month', '2026-03-01', 'all', 'all', 600)"], []),
        (
            [WHOLE, "('orders', 'a', 'month', '2026-03-01', 'all', 'all', 600)",
             "('orders', 'b', 'month', '2026-03-01', 'all', 'all', 405)"],
            [],
        ),
        (
            [WHOLE, "('orders', 'a', 'month', '2026-03-01', 'all', 'all', 600)",
             "('orders', 'b', 'month', '2026-03-01', 'all', 'all', 406)"],
            [("orders", "its apps", 1006)],
        ),
        (
            [WHOLE, "('orders', 'a', 'month', '2026-03-01', 'all', 'all', 600)",
             "('orders', 'b', 'month', '2026-03-01', 'all', 'all', 394)"],
            [("orders", "its apps", 994)],
        ),
        ([WHOLE, "('orders', 'a', 'month', '2026-03-01', 'all', 'all', 1006)"], [("orders", "its apps", 1006)]),
        ([WHOLE, "('orders', 'a', 'month', '2026-02-01', 'all', 'all', 1006)"], []),
        (
            [WHOLE, "('orders', '*', 'month', '2026-03-01', 'channel', 'x', 800)",
             "('orders', '*', 'month', '2026-03-01', 'channel', 'y', 300)"],
            [("orders", "its values of channel", 1100)],
        ),
        (
            [WHOLE, "('orders', '*', 'day', '2026-03-31', 'all', 'all', 900)",
             "('orders', '*', 'day', '2026-04-01', 'all', 'all', 900)"],
            [],
        ),
        (
            ["('orders', 'a', 'week', '2026-03-02', 'all', 'all', 10)",
             "('orders', 'a', 'day', '2026-03-08', 'all', 'all', 11)",
             "('orders', 'a', 'day', '2026-03-09', 'all', 'all', 50)"],
            [("orders", "its days", 11)],
        ),
        (
            ["('dau', '*', 'month', '2026-03-01', 'all', 'all', 10)",
             "('dau', 'a', 'month', '2026-03-01', 'all', 'all', 90)"],
            [],
        ),
        (
            ["('net', 'a', 'month', '2026-03-01', 'all', 'all', 100)",
             "('users', 'a', 'month', '2026-03-01', 'all', 'all', 50)"],
            [],
        ),
        (
            ["('net', 'a', 'month', '2026-03-01', 'all', 'all', 100)",
             "('users', 'a', 'month', '2026-03-01', 'all', 'all', 50)",
             "('rate', 'a', 'month', '2026-03-01', 'all', 'all', 2.005)"],
            [],
        ),
        (
            ["('net', 'a', 'month', '2026-03-01', 'all', 'all', 100)",
             "('users', 'a', 'month', '2026-03-01', 'all', 'all', 50)",
             "('rate', 'a', 'month', '2026-03-01', 'all', 'all', 2.02)"],
            [("net", "the product of its factors", 101)],
        ),
    ],
)  # fmt: skip
def test_targets_that_do_not_add_up_are_found(
    warehouse: duckdb.DuckDBPyConnection, rows: list[str], expected: list[tuple]
) -> None:
    warehouse.execute(f"insert into stg_ops_workbook__kpi_targets values {', '.join(rows)}")
    assert found(warehouse, "assert_targets_add_up", "kpi_code, parts, round(parts_value, 6)") == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("(1), (2), (3)", []),
        ("(1), (3)", [("f", "its steps have a gap")]),
        ("(2), (3)", [("f", "its steps have a gap")]),
        ("(1)", [("f", "it has fewer than two steps")]),
        ("", [("f", "it has fewer than two steps")]),
    ],
)
def test_a_funnel_with_a_gap_is_found(
    warehouse: duckdb.DuckDBPyConnection, steps: str, expected: list[tuple]
) -> None:
    warehouse.execute("insert into stg_ops_workbook__funnels values ('f')")
    if steps:
        warehouse.execute(
            f"insert into stg_ops_workbook__funnel_steps select 'f', step from (values {steps}) as steps(step)"
        )
    assert found(warehouse, "assert_funnel_steps_have_no_gap", "funnel_code, problem") == expected


def test_steps_without_their_funnel_are_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into stg_ops_workbook__funnel_steps values ('lost', 1), ('lost', 2)")
    expected = [("lost", "the table funnels does not have it")]
    assert found(warehouse, "assert_funnel_steps_have_no_gap", "funnel_code, problem") == expected
