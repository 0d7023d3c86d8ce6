"""What each model that is computed from user-days costs alone: its compiled SQL, two threads, the default memory limit.

`benchmarks.user_mart` calls it on the warehouse that it built, which is opened read-only: results go into temporary
tables. Seconds of the clock, best of three.
"""

import resource
import tempfile
import time
from pathlib import Path

import duckdb

from orchestration.freeze import WAREHOUSE

#: Those that read user-days row by row; the others read what these counted.
MODELS = (
    "int_user_active_days", "fct_active_users", "int_cohort_distances", "fct_user_lifecycle",
    "fct_user_stickiness", "fct_user_recall",
)  # fmt: skip
ROUNDS = 3


def user_day_costs(data_dir: Path) -> tuple[int, list[tuple[str, float]]]:
    """User-days, and per model the seconds of the clock and of CPU for 10 million of them."""
    with tempfile.TemporaryDirectory(prefix="user-day-models-", dir=data_dir) as spill:
        connection = duckdb.connect(
            str(data_dir / WAREHOUSE), read_only=True, config={"memory_limit": "3GB", "temp_directory": spill}
        )
        connection.execute("set TimeZone = 'UTC'; set threads = 2; set preserve_insertion_order = false")
        days = connection.execute("select count(*) from intermediate.int_user_active_days").fetchall()[0][0]
        lines = []
        for model in MODELS:
            [compiled] = (data_dir / "target" / "compiled").rglob(f"{model}.sql")
            wall, cpu = _seconds(connection, compiled.read_text("utf-8"))
            lines += [(model, wall * 1e7 / days), (f"{model}: CPU", cpu * 1e7 / days)]
        connection.close()
    return days, lines


def _seconds(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[float, float]:
    best = (float("inf"), float("inf"))
    for _ in range(ROUNDS):
        started, before = time.perf_counter(), _cpu()
        connection.execute(f"create or replace temp table result as {query}")
        best = min(best, (time.perf_counter() - started, _cpu() - before))
    connection.execute("drop table result")
    return best


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
