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
        "dim_kpi (kpi_code text, additivity text, valid_to date)",
        "stg_ops_workbook__apps (app_id text)",
        "stg_ops_workbook__kpi_targets (kpi_code text, app_id text, grain text, period_start date, "
        "target_value decimal(28, 8))",
        "stg_ops_workbook__activities (activity_id text, app_id text, start_at timestamp, goal_kpi_code text, "
        "goal_value decimal(20, 6))",
        "int_kpi_plan (kpi_code text, grain text)",
        "int_apps (app_id text, week_start text)",
        "int_run (week_start text)",
        "stg_ops_workbook__kpi_tree (parent_kpi_code text, child_kpi_code text, relation text, split_dimension text)",
        "fct_kpi_target_tree (app_id text, grain text, period_start date, node_id text, parent_node_id text, "
        "kpi_code text, dimension text, dimension_value text, relation text, target_value decimal(28, 8), "
        "actual_value decimal(28, 8))",
        "stg_ops_workbook__funnels (funnel_code text)",
        "stg_ops_workbook__funnel_steps (funnel_code text, step_number bigint)",
    ):
        connection.execute(f"create table {table}")
    connection.execute("insert into dim_kpi values ('orders', 'additive', null), ('dau', 'non', null)")
    connection.execute("insert into stg_ops_workbook__apps values ('a'), ('b')")
    connection.execute("insert into int_apps values ('a', 'sunday'), ('b', 'monday')")
    connection.execute("insert into int_run values ('monday')")
    connection.execute("insert into int_kpi_plan select 'orders', unnest(['day', 'week', 'month'])")
    connection.execute("insert into int_kpi_plan select 'dau', unnest(['day', 'week', 'month'])")
    connection.execute("insert into int_kpi_plan select 'mau', unnest(['day', 'month'])")
    connection.execute("insert into dim_kpi values ('mau', 'non', null)")
    return connection


def found(connection: duckdb.DuckDBPyConnection, check: str, columns: str) -> list[tuple]:
    """What a check's query gives, its references and the one macro written out."""
    sql = (PROJECT / "tests" / f"{check}.sql").read_text("utf-8")
    sql = re.sub(r"\{\{ config\(.*?\) \}\}", "", sql)
    sql = re.sub(r"""\{\{ ref\(["'](\w+)["']\) \}\}""", r"\1", sql)
    sql = re.sub(r"""\{\{ add_days\("([\w.]+)", (\d+)\) \}\}""", r"(\1 + \2)", sql)
    assert "{{" not in sql
    return connection.execute(f"select {columns} from ({sql}) order by all").fetchall()


#: Below a whole of 1000, of which 500 came: (way from the root, relation, dimension, target, what came).
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], []),
        ([("app=a", "sum", "app", 600, 1), ("app=(unassigned)", "sum", "app", 400, 499)], []),
        (
            [("app=a", "sum", "app", 600, 1), ("app=b", "sum", "app", 405, 1),
             ("app=(unassigned)", "sum", "app", -5, 498)],
            [],
        ),
        (
            [("app=a", "sum", "app", 600, 1), ("app=b", "sum", "app", 406, 1),
             ("app=(unassigned)", "sum", "app", -6, 498)],
            [("the sum of its parts by app", 1006)],
        ),
        (
            [("app=a", "sum", "app", 600, 1), ("app=b", "sum", "app", 394, 1),
             ("app=(unassigned)", "sum", "app", 6, 498)],
            [("the sum of all its apps", 994)],
        ),
        (
            [("channel=x", "sum", "channel", 800, 1), ("channel=y", "sum", "channel", 300, 1),
             ("channel=(unassigned)", "sum", "channel", -100, 498),
             ("day=2026-03-31", "sum", "day", 900, 1), ("day=(unassigned)", "sum", "day", 100, 499)],
            [("the sum of its parts by channel", 1100)],
        ),
        ([("users", "product", "all", 50, 25), ("rate", "product", "all", None, None)], []),
        ([("users", "product", "all", 50, 25), ("rate", "product", "all", 20.05, 20)], []),
        ([("users", "product", "all", 50, 25), ("rate", "product", "all", 20.2, 20)],
         [("the product of its factors", 1010)]),
        ([("users", "product", "all", 50, 25), ("rate", "product", "all", 20, 21)],
         [("its actual factors, which are not the KPI", 1000)]),
    ],
)  # fmt: skip
def test_targets_that_do_not_add_up_are_found(
    warehouse: duckdb.DuckDBPyConnection, parts: list[tuple], expected: list[tuple]
) -> None:
    node = "insert into fct_kpi_target_tree values ('*', 'month', date '2026-03-01', ?, ?, ?, ?, ?, ?, ?, ?)"
    warehouse.execute(node, ["orders", None, "orders", "all", "all", None, 1000, 500])
    for step, relation, dimension, target, actual in parts:
        value = step.partition("=")[2] or "all"
        code = "orders" if relation == "sum" else step
        row = [f"orders/{step}", "orders", code, dimension, value, relation, target, actual]
        warehouse.execute(node, row)
    assert found(warehouse, "assert_targets_add_up", "problem, round(parts_value, 6)") == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("'orders', 'a', 'day', '2026-03-04'", None),
        ("'orders', '*', 'month', '2026-03-01'", None),
        ("'orders', '*', 'month', '2027-01-01'", None),
        ("'orders', 'a', 'week', '2026-03-01'", None),
        ("'orders', 'b', 'week', '2026-03-02'", None),
        ("'orders', '*', 'week', '2026-03-02'", None),
        ("'order', 'a', 'month', '2026-03-01'", "there is no such KPI"),
        ("'orders', 'A', 'month', '2026-03-01'", "there is no such app"),
        ("'mau', 'a', 'week', '2026-03-01'", "the KPI has no such grain"),
        ("'orders', 'a', 'month', '2026-03-31'", "no month begins on this date"),
        ("'orders', 'a', 'week', '2026-03-02'", "no week of the app begins on this date"),
        ("'orders', 'b', 'week', '2026-03-01'", "no week of the app begins on this date"),
        ("'orders', '*', 'week', '2026-03-01'", "no week of the app begins on this date"),
    ],
)
def test_a_target_that_no_period_can_meet_is_found(
    warehouse: duckdb.DuckDBPyConnection, target: str, expected: str | None
) -> None:
    warehouse.execute(f"insert into stg_ops_workbook__kpi_targets values ({target}, 5)")
    problems = [(expected,)] if expected else []
    assert found(warehouse, "assert_targets_add_up", "problem") == problems


@pytest.mark.parametrize(("code", "is_found"), [("orders", False), (None, False), ("orders ", True)])
def test_an_activity_with_a_goal_that_is_no_kpi_is_found(
    warehouse: duckdb.DuckDBPyConnection, code: str | None, is_found: bool
) -> None:
    warehouse.execute(
        "insert into stg_ops_workbook__activities values ('618', 'a', timestamp '2026-06-18', ?, 5)", [code]
    )
    problems = [("the goal of the activity 618: there is no such KPI",)] if is_found else []
    assert found(warehouse, "assert_targets_add_up", "problem") == problems


@pytest.mark.parametrize(
    ("edge", "is_found"),
    [
        ("'orders', 'orders', 'sum', 'channel'", False),
        ("'orders', 'dau', 'product', null", False),
        ("'dau', 'dau', 'sum', 'app'", True),
        ("'orders', 'orders', 'sum', null", True),
        ("'orders', 'dau', 'sum', 'app'", True),
        ("'typo', 'typo', 'sum', 'app'", True),
    ],
)
def test_a_split_of_what_is_no_sum_is_found(
    warehouse: duckdb.DuckDBPyConnection, edge: str, is_found: bool
) -> None:
    warehouse.execute(f"insert into stg_ops_workbook__kpi_tree values ({edge})")
    assert bool(found(warehouse, "assert_targets_add_up", "problem")) == is_found


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
