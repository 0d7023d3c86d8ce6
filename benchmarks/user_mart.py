"""The user mart against one DuckDB script that does the same by hand, and retention and MAU against other engines.

`python -m benchmarks.user_mart [events] [--ours-only]` (2,000,000 events of 90 days unless told otherwise). dbt builds
the user marts from landed raw events; the script in benchmarks/user_mart_by_hand/ computes the same tables of the
same file. Every row of every table is compared equal before a ratio is printed. Then the retention matrix of the mart
against the best SQL over raw events; then 30 x 30 retention and MAU in DuckDB, chDB and Polars (uv sync --group bench),
equal too.

What is computed from user-days is timed once more, each model alone.

`--ours-only` leaves out all that is compared with: what dbt takes, where the script by hand would not fit into memory.
Data, spills and warehouse lie under TMPDIR: about 0.2 GB a million events.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.retention_engines import peak_megabytes
from benchmarks.user_day_models import user_day_costs
from benchmarks.user_mart_data import AS_OF, ENGINES_FILE, write_company
from ingestion.settings import Settings
from orchestration.dbt_manifest import parse_project
from orchestration.dbt_threads import dbt_threads
from orchestration.freeze import WAREHOUSE, freeze

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
#: Columns of both sides, as a list of differences needs them; doubles are rounded to 9 digits.
TABLES = (
    "dim_users", "fct_user_daily", "fct_active_users", "fct_user_lifecycle", "fct_user_retention",
    "fct_user_stickiness", "fct_sessions", "fct_funnel_conversions", "fct_orders", "fct_refunds", "fct_user_ltv",
    "fct_user_recall",
)  # fmt: skip
RAW_RETENTION = """
with days as (
    select distinct coalesce(user_id, owner, 'anon:' || anonymous_id) as u,
        cast(cast(occurred_at as timestamp) + interval 8 hour as date) as d
    from read_parquet('{raw}') left join (
        select anonymous_id, arg_min(user_id, (occurred_at, event_id)) as owner from read_parquet('{raw}')
        where user_id is not null and anonymous_id is not null group by 1
    ) using (anonymous_id) where event_name not in ('refund', 'recall_sent')
), dated as (select u, d, min(d) over (partition by u) as c from days)
select c, d - c as n, count(*) as users from dated where d - c <= 30 group by all
"""
MART_RETENTION = """
select cohort_start as c, period_number as n, retained_users as users from marts.fct_user_retention
where cohort_type = 'new' and grain = 'day' and retention_type = 'on' and dimension = 'all' and period_number <= 30
    and retained_users > 0
"""
USER_DAY_RETENTION = """
with dated as (
    select user_id, activity_date as d, min(activity_date) over (partition by user_id) as c
    from intermediate.int_user_daily where is_active
)
select c, d - c as n, count(*) as users from dated where d - c <= 30 group by all
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU and of the clock, and peak memory in MB."""

    cpu: float
    wall: float
    peak: float


def main(events: int, ours_only: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-user-mart-", dir=os.environ.get("TMPDIR")) as name:
        data_dir = Path(name)
        raw = write_company(data_dir, events)
        freeze(Settings(data_dir, AS_OF, as_of_is_fixed=True), "benchmark", "benchmark")
        dbt = _dbt(data_dir)
        if ours_only:
            _print(f"user mart of {events:,} events", [
                ("dbt, the whole process: CPU s", dbt.cpu), ("dbt: s", dbt.wall), ("dbt: peak MB", dbt.peak),
            ])  # fmt: skip
            _print("slowest models (s)", _slowest(data_dir))
            _print_user_days(data_dir)
            return 0
        by_hand = _by_hand(data_dir, raw)
        rows = _compare(data_dir)
        _print(f"user mart of {events:,} events; {rows:,} rows equal", [
            ("dbt, the whole process: CPU s", dbt.cpu), ("one script by hand: CPU s", by_hand.cpu),
            ("ratio", dbt.cpu / by_hand.cpu), ("dbt over 1.25 x script, CPU s", dbt.cpu - 1.25 * by_hand.cpu),
            ("dbt: s", dbt.wall), ("script: s", by_hand.wall),
            ("dbt: peak MB", dbt.peak), ("script: peak MB", by_hand.peak),
        ])  # fmt: skip
        _print("30 x 90 retention matrix", _matrix(data_dir, raw))
        _print("slowest models (s)", _slowest(data_dir))
        _print_user_days(data_dir)
        _print(
            "30 x 30 retention and MAU of user and date columns (s, MB)", _engines(data_dir / ENGINES_FILE)
        )
    return 0


def _dbt(data_dir: Path) -> Cost:
    """As a refresh does it: set-up has parsed the project, which takes 10 CPU s and 10 s."""
    parse_project()
    project = REPOSITORY / "dbt_project"
    environment = {**os.environ, "OPS_DATA_DIR": str(data_dir), "DBT_TARGET_PATH": str(data_dir / "target"),
                   "DBT_LOG_PATH": str(data_dir / "logs"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}  # fmt: skip
    program = (
        "import sys; from dbt.cli.main import dbtRunner; from orchestration.dbt_manifest import load_manifest; "
        "sys.exit(not dbtRunner(load_manifest()).invoke(sys.argv[1:]).success)"
    )
    command = [sys.executable, "-c", program, "--quiet", "build", "--select", "+path:models/marts/user",
               "--resource-type", "model", "seed", "--project-dir", project, "--profiles-dir", project,
               "--threads", dbt_threads(data_dir / WAREHOUSE)]  # fmt: skip
    return _measured(list(map(str, command)), environment)


def _by_hand(data_dir: Path, raw: Path) -> Cost:
    parts = sorted((HERE / "user_mart_by_hand").glob("*.sql"))
    script = "".join(part.read_text("utf-8") for part in parts).replace("$raw", f"'{raw}'")
    (data_dir / "hand.sql").write_text(script, "utf-8")
    program = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); "
        "c.execute(\"set TimeZone = 'UTC'; set threads = 2; set preserve_insertion_order = false\"); "
        "c.execute('set enable_progress_bar = false'); "
        "c.execute(open(sys.argv[2], encoding='utf-8').read())"
    )
    arguments = [sys.executable, "-c", program, str(data_dir / "hand.duckdb"), str(data_dir / "hand.sql")]
    return _measured(arguments, dict(os.environ))


def _measured(command: list[str], environment: dict[str, str]) -> Cost:
    """Of a process that must succeed. CPU seconds are what neighbours on the machine disturb least."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=REPOSITORY)
    peak, ended = 0.0, 0
    while not ended:
        time.sleep(0.05)
        peak = max(peak, peak_megabytes(process.pid))
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, peak)


def _compare(data_dir: Path) -> int:
    """Rows of all tables; exits where both sides differ."""
    connection = duckdb.connect(str(data_dir / "hand.duckdb"), read_only=True)
    connection.execute(f"attach '{data_dir / WAREHOUSE}' as warehouse (read_only)")
    total = 0
    for table in TABLES:
        columns = connection.execute(
            "select column_name, data_type from duckdb_columns() where table_name = ? and database_name = 'hand'",
            [table],
        ).fetchall()
        names = ", ".join(
            f'round("{name}", 9)' if kind == "DOUBLE" else f'"{name}"' for name, kind in columns
        )
        both = [f"select {names} from {place}.{table}" for place in ("hand.main", "warehouse.marts")]
        for ours, theirs in (both, both[::-1]):
            differing = connection.execute(f"from ({ours} except all {theirs}) limit 3").fetchall()
            if differing:
                sys.exit(f"{table} differs: {ours.split('from')[-1]} has {differing}")
        total += connection.execute(f"select count(*) from hand.main.{table}").fetchall()[0][0]
    connection.close()
    return total


def _matrix(data_dir: Path, raw: Path) -> list[tuple[str, float]]:
    connection = duckdb.connect(str(data_dir / WAREHOUSE), read_only=True)
    connection.execute("set threads = 2")
    results, seconds = [], []
    for query in (MART_RETENTION, USER_DAY_RETENTION, RAW_RETENTION.format(raw=raw)):
        started = time.perf_counter()
        results.append(sorted(connection.execute(query).fetchall()))
        seconds.append(time.perf_counter() - started)
    connection.close()
    if not results[0] == results[1] == results[2]:
        sys.exit("the retention matrices differ")
    return [
        ("read from the mart (s)", seconds[0]), ("SQL over user-days (s)", seconds[1]),
        ("best SQL over raw events (s)", seconds[2]), ("raw / mart", seconds[2] / seconds[0]),
        ("raw / user-days", seconds[2] / seconds[1]),
    ]  # fmt: skip


def _slowest(data_dir: Path) -> list[tuple[str, float]]:
    results = json.loads((data_dir / "target" / "run_results.json").read_text("utf-8"))["results"]
    spent = sorted(
        ((row["execution_time"], row["unique_id"].split(".")[-1]) for row in results), reverse=True
    )
    return [(name, seconds) for seconds, name in spent[:12]]


def _engines(source: Path) -> list[tuple[str, float]]:
    """Each engine in a process of its own; the digests of their answers must be equal."""
    lines, answers = [], set()
    for engine in ("duckdb", "polars", "chdb"):
        finished = subprocess.run(
            [sys.executable, "-m", "benchmarks.retention_engines", engine, str(source)],
            cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        if finished.returncode:
            sys.exit(f"{engine} failed; `uv sync --group bench` installs what is compared with")
        answer = json.loads(finished.stdout.splitlines()[-1])
        answers.add(answer["digest"])
        lines += [
            (f"{engine} {name}", answer[name])
            for name in ("retention", "retention CPU", "mau", "mau CPU", "peak")
        ]
    if len(answers) > 1:
        sys.exit(f"the engines give {len(answers)} different answers")
    return lines


def _print_user_days(data_dir: Path) -> None:
    days, lines = user_day_costs(data_dir)
    _print(f"models alone, of {days:,} user-days (s for 10 million)", lines)


def _print(title: str, lines: list[tuple[str, float]]) -> None:
    print(f"\n {title}")
    for words, number in lines:
        print(f"  {words:<40} {number:10.2f}", flush=True)


if __name__ == "__main__":
    numbers = [argument for argument in sys.argv[1:] if argument != "--ours-only"]
    sys.exit(main(int(numbers[0]) if numbers else 2_000_000, "--ours-only" in sys.argv))
