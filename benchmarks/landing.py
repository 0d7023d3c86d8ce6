"""What landing of app events costs, beside a bare typed `read_json` into Parquet and beside dlt.

`python -m benchmarks.landing`: 1,000,000 events. Options: `--events 5000000`, `--dlt` (a part of the file by dlt's
paths), `--history` (a daily increment at 60 and at 960 days), `--gigabytes 5` (peak memory for such a file).

All read the same canonical NDJSON file. Landing also validates, takes sha256, hashes, deduplicates, puts broken lines
aside and syncs to disk; the bare read and dlt do nothing of that. The bare read writes its Parquet with the settings of
landing, and once more with those that DuckDB takes by itself. The rows are compared equal before a ratio is printed: of
CPU seconds, which neighbours on the machine disturb least, and of seconds. Best of three, taken in turns.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.dlt_paths import DLT_PATHS
from benchmarks.events_file import AS_OF, write_events
from benchmarks.landing_history import print_history
from benchmarks.landing_memory import print_memory
from ingestion.landing_step import PARQUET
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.app_events import pull
from ingestion.sources.app_events.contracts import EVENTS

ROUNDS = 3
TYPES = ", ".join(
    f"{field.name}: '{'TIMESTAMPTZ' if field.name.endswith('_at') else 'JSON' if field.is_json else 'VARCHAR'}'"
    for field in EVENTS.fields
)


@dataclass(frozen=True)
class Cost:
    """Seconds."""

    cpu: float
    wall: float


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.landing")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--dlt", action="store_true")
    parser.add_argument("--history", action="store_true")
    parser.add_argument("--gigabytes", type=float)
    options = parser.parse_args(arguments)
    if options.history:
        print_history()
    elif options.gigabytes:
        print_memory(options.gigabytes)
    else:
        print_costs(options.events, with_dlt=options.dlt)
    return 0


def print_costs(events: int, *, with_dlt: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-landing-") as name:
        folder = Path(name)
        source = folder / "inbox" / "app_events" / "events.ndjson"
        source.parent.mkdir(parents=True)
        write_events(source, events)
        bare, usual, landed = best(
            lambda number: bare_read(source, folder / f"bare-{number}.parquet", PARQUET),
            lambda number: bare_read(
                source, folder / f"usual-{number}.parquet", "(format parquet, compression zstd)"
            ),
            lambda number: land(source, folder / f"data-{number}"),
        )
        compare(folder / "bare-0.parquet", landed_files(folder / "data-0"), events)
        rows = [
            ("bare typed read_json to Parquet", events, bare),
            ("  with DuckDB's own settings", events, usual),
            ("landing", events, landed),
        ]
        if with_dlt:
            import dlt  # noqa: F401 (its import takes seconds, which are not the cost of a row)
        for words, part, path in DLT_PATHS if with_dlt else ():
            few = folder / f"{part}.ndjson"
            write_events(few, part)
            (cost,) = best(lambda number, few=few, path=path: path(few, folder / f"dlt-{number}"), rounds=1)
            rows.append((words, part, cost))
    print(f"\n {events:,} events, equal rows         CPU s      s   events/s  CPU/row  s/row")
    for words, part, cost in rows:
        ratio = f"{cost.cpu / part * events / bare.cpu:9.2f}{cost.wall / part * events / bare.wall:7.2f}"
        print(f"  {words:<32}{cost.cpu:7.2f}{cost.wall:7.2f}{part / cost.wall:11,.0f}{ratio}")
    print("  CPU/row and s/row: of one row, beside the bare read")


def bare_read(source: Path, target: Path, settings: str) -> None:
    """The floor: DuckDB's typed reader, which checks, keeps and compares nothing; `settings` are those of COPY."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"""copy (from read_json('{source}', format = 'newline_delimited', columns = {{{TYPES}}}))
            to '{target}' {settings}"""
        )


def land(source: Path, data_dir: Path) -> None:
    """What a user's first refresh does with the file."""
    inbox = data_dir / "inbox" / "app_events"
    inbox.mkdir(parents=True)
    (inbox / source.name).hardlink_to(source)
    (result,) = pull(Settings(data_dir, AS_OF, as_of_is_fixed=True))
    assert all(file.is_conserved for file in result.files)


def landed_files(data_dir: Path) -> list[Path]:
    return Manifest(data_dir).raw_files(EVENTS.source, EVENTS.entity, states=("landed",))


def best(*works: Callable[[int], None], rounds: int = ROUNDS) -> list[Cost]:
    """The least CPU and wall seconds of some rounds; each round does every work."""
    costs: list[list[Cost]] = [[] for _ in works]
    for number in range(rounds):
        for work, spent in zip(works, costs, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            work(number)
            spent.append(Cost(time.process_time() - cpu, time.perf_counter() - wall))
    return [Cost(min(cost.cpu for cost in spent), min(cost.wall for cost in spent)) for spent in costs]


def compare(bare: Path, landed: list[Path], events: int) -> None:
    """Every business column of every row. Raises AssertionError."""
    names = ", ".join(field.name for field in EVENTS.fields)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        sums = [
            connection.execute(
                f"select count(*), bit_xor(hash({names})), sum(hash({names}) // 1000) from read_parquet(?)",
                [[str(path) for path in paths]],
            ).fetchone()
            for paths in ([bare], landed)
        ]
    assert sums[0] == sums[1], sums
    assert sums[0] is not None
    assert sums[0][0] == events, sums


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
