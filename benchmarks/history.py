"""What a day's 100,000 events cost at 60 and at 960 days of history, and beside a full rebuild of 365 days.

`python -m benchmarks.history [--increment 100000] [--daily 10000] [--days 60 960]` and the same with `--rebuild`, where
the days before are as large as the increment (`--daily 100000 --days 365`): some minutes, and half an hour with 10 GB
of disk below `TMPDIR`. Without `--rebuild` the days before are smaller, so that 960 of them can be written.

For each length: a history of one batch a day is written straight into raw/ with its manifest and built whole; then
three days arrive one after the other through the real landing, each with stragglers of the 30 days before and one
event of long ago, and dbt builds upon what is stored. Counted is the CPU time of the models of events, sessions and
user-days, which neighbours on the machine disturb least; the least of the three days is taken. The full rebuild also
lands the last 30 days again, and counts them for all days: landing costs the same for each file.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.visits import FIRST, late_copies, visit_columns, visitors
from ingestion.contract import Contract
from ingestion.contracts import CONTRACTS
from ingestion.landing import write_schema_file
from ingestion.manifest import BatchEntry, FileEntry, Manifest
from ingestion.settings import Settings
from ingestion.sources.app_events import pull
from ingestion.sources.app_events.contracts import EVENTS
from orchestration.freeze import WAREHOUSE, freeze

REPOSITORY = Path(__file__).resolve().parents[1]
LENGTHS, DAILY, REBUILT, INCREMENT, INCREMENTS = (60, 960), 10_000, 365, 100_000, 3
#: Days that are landed again for the cost of landing all of them.
LANDED_AGAIN = 30
#: The end of the chain of models; what it reads comes with it.
MODELS = ("int_events", "int_sessions", "int_user_daily", "int_user_daily_dimensions", "int_left_out_events")
SESSIONS_AND_DAYS = {
    "int_sessions", "int_touched_sessions", "int_touched_user_days", "int_user_daily", "int_mixed_user_days",
    "int_user_daily_dimensions",
}  # fmt: skip
#: Models of events, sessions and user-days; what else is built are the few tables that they read besides.
COUNTED = {path.stem for path in (REPOSITORY / "dbt_project/models/intermediate/events").glob("*.sql")} | (
    SESSIONS_AND_DAYS | {"stg_app_events__events"}
)


@dataclass
class Costs:
    """CPU seconds."""

    whole: float = 0.0
    whole_events: float = 0.0
    whole_landing: float = 0.0
    days: list[float] = field(default_factory=list)
    events: list[float] = field(default_factory=list)
    landings: list[float] = field(default_factory=list)

    def one_more_day(self) -> float:
        """Landing and models of events."""
        return min(self.landings) + min(self.events)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history")
    parser.add_argument("--increment", type=int, default=INCREMENT)
    parser.add_argument("--daily", type=int)
    parser.add_argument("--days", type=int, nargs="+")
    parser.add_argument("--rebuild", action="store_true")
    options = parser.parse_args(arguments)
    daily = options.daily or (options.increment if options.rebuild else DAILY)
    costs = {}
    for days in options.days or ((REBUILT,) if options.rebuild else LENGTHS):
        with tempfile.TemporaryDirectory(prefix="bench-history-") as folder:
            costs[days] = measure(Path(folder), daily, options.increment, days, again=options.rebuild)
        cost = costs[days]
        print(f"{days} days, {days * daily:,} events: whole {cost.whole:.1f} s, a day "
              f"{', '.join(f'{seconds:.2f}' for seconds in cost.days)} s", flush=True)  # fmt: skip
    print_costs(costs, daily, options.increment, again=options.rebuild)
    return 0


def print_costs(costs: dict[int, Costs], daily: int, increment: int, *, again: bool) -> None:
    print(f"\n {increment:,} events upon {daily:,} a day; CPU seconds")
    print(f"  {'days of history':<44}" + "".join(f"{days:>10}" for days in costs))
    for words, values in (
        ("events, sessions, user-days: built whole", [cost.whole for cost in costs.values()]),
        ("  of which events", [cost.whole_events for cost in costs.values()]),
        ("events, sessions, user-days: one more day", [min(cost.days) for cost in costs.values()]),
        ("  of which events", [min(cost.events) for cost in costs.values()]),
        ("landing of one more day", [min(cost.landings) for cost in costs.values()]),
    ):
        print(f"  {words:<44}" + "".join(f"{value:10.2f}" for value in values))
    first, last = min(costs), max(costs)
    for words, one in (
        ("all of them", lambda cost: min(cost.days) + min(cost.landings)),
        ("landing and events", Costs.one_more_day),
    ):
        if first < last:
            print(
                f"  one more day, {last} / {first} days, {words}: {one(costs[last]) / one(costs[first]):.2f}"
            )
    for days, cost in costs.items() if again else ():
        whole = cost.whole_landing + cost.whole_events
        print(f"  landing and events of one more day at {days} days / all of them again "
              f"({cost.whole_landing:.1f} + {cost.whole_events:.1f} s): {cost.one_more_day() / whole:.1%}")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  peak memory of one process: {peak:.0f} MB")


def measure(folder: Path, daily: int, increment: int, days: int, *, again: bool) -> Costs:
    costs = Costs()
    write_history(folder, daily, days)
    costs.whole, costs.whole_events = build(folder, days)
    for number in range(INCREMENTS):
        day = days + number
        source = folder / "inbox" / "app_events" / f"day-{day}.ndjson"
        write_lines(
            source, f"({day_query(increment, day)} union all by name {straggler_query(increment, day)})"
        )
        costs.landings.append(land(folder, day + 1, at_least=increment))
        seconds, event_seconds = build(folder, day + 1)
        costs.days.append(seconds)
        costs.events.append(event_seconds)
    if again:
        month = range(max(days - LANDED_AGAIN, 0), days)
        queries = " union all ".join(day_query(daily, day) for day in month)
        write_lines(folder / "again" / "inbox" / "app_events" / "month.ndjson", f"({queries})")
        spent = land(folder / "again", days, at_least=daily * len(month))
        costs.whole_landing = spent / len(month) * days
    return costs


def day_query(events: int, day: int) -> str:
    """Events of one date in the canonical columns; a fourth of them anonymous, two thirds of those of known devices."""
    return f"""
        select
            {visit_columns(day)},
            ['page_view', 'content_view', 'like', 'share', 'item_view'][1 + (hash(number, 1) % 5)::int] as event_name,
            case when number % 4 > 0 then concat('u', person) end as user_id,
            case when number % 4 = 0 or person % 3 > 0 then concat('a', person) end as anonymous_id,
            json_object('content_id', concat('c', hash(number, 4) % 5000), 'page', concat('/content/', number % 999),
                'duration_seconds', number % 300) as properties
        from (select {visitors(events, day)} from range({events}))"""


def straggler_query(events: int, day: int) -> str:
    """The late copies of the date, and one event of 300 days ago."""
    return f"""
        {late_copies(day_query(events, day))}
        union all
        from (
            select * replace ('of long ago {day}' as event_id, occurred_at - interval 300 day as occurred_at)
            from ({day_query(events, day)}) limit 1
        )"""


def write_history(
    folder: Path,
    rows: int,
    days: int,
    query: Callable[[int, int], str] = day_query,
    entity: Contract = EVENTS,
) -> None:
    """One accepted batch a day, as landing would have written it; the query has the columns of the entity."""
    for contract in CONTRACTS:
        write_schema_file(folder, contract)
    manifest, target = Manifest(folder), folder / "raw" / entity.source / entity.entity
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for day in range(days):
            moment = FIRST + timedelta(days=day + 1)
            batch = f"{moment:%Y%m%dT%H%M%S%f}Z-{day:08x}"
            path = target / f"{batch}-001.parquet"
            stamp = f"timestamptz '{moment.isoformat()}'"
            connection.execute(
                f"""copy (
                    select * replace (occurred_at::timestamptz as occurred_at, received_at::timestamptz as received_at,
                        properties::varchar as properties), '{batch}' as _batch_id,
                        'day-{day}.ndjson' as _source_file, row_number() over () as _source_row,
                        md5({entity.key[1]}) as _content_hash, {stamp} as _observed_at, {stamp} as _loaded_at
                    from (({query(rows, day)})
                        union all by name select cast(null as varchar) as _extra where false)
                ) to '{path}' (format parquet, compression zstd)"""
            )
            name = f"inbox/app_events/day-{day}.ndjson"
            sha256 = hashlib.sha256(name.encode()).hexdigest()
            file = FileEntry(entity.entity, name, rows, rows, 0, 0, 0, path.relative_to(folder).as_posix(),
                             sha256=sha256, size=day, modified_ns=day)  # fmt: skip
            dates = {str(file.raw_path): (f"{moment - timedelta(days=1):%Y-%m-%d}",)}
            manifest.commit(
                BatchEntry(batch, entity.source, moment.isoformat(), moment.isoformat(), (file,), dates=dates)
            )
            manifest.set_state(batch, "accepted")


def write_lines(path: Path, relation: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy (from {relation}) to '{path}' (format json)")


def land(folder: Path, days: int, *, at_least: int) -> float:
    """CPU seconds to land what waits in the inbox, no fewer events than that; it is accepted."""
    started = time.process_time()
    results = pull(settings(folder, days))
    seconds = time.process_time() - started
    assert sum(file.rows_landed for result in results for file in result.files) >= at_least
    for result in results:
        assert result.batch_id is not None
        assert all(file.is_conserved and not file.rows_quarantined for file in result.files)
        Manifest(folder).set_state(result.batch_id, "accepted")
    return seconds


def settings(folder: Path, days: int) -> Settings:
    return Settings(folder, FIRST + timedelta(days=days, hours=1), as_of_is_fixed=True)


def build(folder: Path, days: int) -> tuple[float, float]:
    """Freeze and one dbt build: CPU seconds of the models of events, sessions and user-days, and of events alone."""
    spent = build_models(folder, days, MODELS)
    if os.environ.get("BENCH_MODELS"):
        print(
            days, {name: round(seconds, 2) for name, seconds in spent.items() if name in COUNTED}, flush=True
        )
    return (
        sum(seconds for name, seconds in spent.items() if name in COUNTED),
        sum(seconds for name, seconds in spent.items() if name in COUNTED - SESSIONS_AND_DAYS),
    )


def build_models(folder: Path, days: int, models: Sequence[str]) -> dict[str, float]:
    """Freeze and one dbt build of the models and all that they read: CPU seconds of each."""
    freeze(settings(folder, days), f"day {days}", "benchmark")
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.history", "--build", *models],
        env={**os.environ, "OPS_DATA_DIR": str(folder), "DBT_TARGET_PATH": str(folder / "dbt"),
             "DBT_LOG_PATH": str(folder / "dbt"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    spent: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    with duckdb.connect(str(folder / WAREHOUSE)) as connection:
        connection.execute("update meta.build set built_at = now()::timestamp")
    return spent


def spent_by_model(models: Sequence[str]) -> dict[str, float]:
    """Runs dbt in this process, one model at a time: CPU seconds of each, compiling included."""
    from dbt.cli.main import dbtRunner

    started: dict[str, float] = {}
    spent: dict[str, float] = {}

    def watch(event: Any) -> None:
        if event.info.name == "NodeStart":
            started[event.data.node_info.node_name] = time.process_time()
        elif event.info.name == "NodeFinished":
            name = event.data.node_info.node_name
            spent[name] = time.process_time() - started[name]

    built = dbtRunner(callbacks=[watch]).invoke(
        ["--quiet", "build", "--threads", "1", "--exclude-resource-type", "test", "unit_test",
         "--select", *(f"+{model}" for model in models),
         "--project-dir", str(REPOSITORY / "dbt_project"), "--profiles-dir", str(REPOSITORY / "dbt_project")]
    )  # fmt: skip
    if not built.success:
        errors = [result.message for result in built.result or () if result.status == "error"]
        sys.exit(f"dbt build failed: {built.exception or errors[:3]}")
    return spent


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        print(json.dumps(spent_by_model(sys.argv[2:])))
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
