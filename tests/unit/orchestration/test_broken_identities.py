"""What a failed run says of a dbt test that holds several statements."""

import json
from pathlib import Path

import duckdb

from orchestration.defs.dbt_events import problems

SUMS = "select 'sum of days = sum of ' || unnest(['weeks', 'months', 'weeks']) as broken_identity"


def result(name: str, sql: str, status: str = "fail") -> dict[str, str]:
    return {
        "unique_id": f"test.ops_warehouse.{name}.1a2b",
        "status": status,
        "compiled_code": sql,
        "message": "3\n rows",
    }


def test_a_failed_check_says_which_of_its_statements_broke(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    results = tmp_path / "run_results.json"
    results.write_text(
        json.dumps(
            {
                "results": [
                    result("sums_hold", SUMS),
                    result("one_statement", "select 1 as x"),
                    result("its_table_is_gone", "select broken_identity from kpi.fct_kpi"),
                    result("holds", SUMS, "pass"),
                    result("cannot_run", SUMS, "error"),
                ]
            }
        ),
        "utf-8",
    )
    assert problems(results, tmp_path / "warehouse.duckdb") == [
        "sums_hold: sum of days = sum of weeks (2), sum of days = sum of months (1)",
        "one_statement",
        "its_table_is_gone",
        "test.ops_warehouse.cannot_run.1a2b: 3 rows",
    ]
