"""What landing of app events costs, beside a bare typed `read_json` into Parquet.

`python -m benchmarks.landing [events]`. Both read the same canonical NDJSON file (1,000,000 events unless told
otherwise). Landing also validates, takes sha256, hashes, deduplicates, puts broken lines aside and syncs to disk. The
rows of both are compared equal before a ratio is printed: of CPU seconds, which neighbours on the machine
disturb least, and of seconds. Best of three.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.app_events import pull
from ingestion.sources.app_events.contracts import EVENTS

ROUNDS = 3
AS_OF = datetime(2026, 4, 1, tzinfo=UTC)
NAMES = ("page_view", "content_view", "like", "share", "add_to_cart", "purchase", "feature_use")
PLATFORMS = ("ios", "android", "web", "mini_program")
CITIES = (("CN", "Zhejiang", "杭州"), ("CN", "Shanghai", "上海"), ("US", "California", "Oakland"))
TYPES = ", ".join(
    f"{field.name}: '{'TIMESTAMPTZ' if field.name.endswith('_at') else 'JSON' if field.is_json else 'VARCHAR'}'"
    for field in EVENTS.fields
)


@dataclass(frozen=True)
class Cost:
    """Seconds."""

    cpu: float
    wall: float


def main(events: int) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-landing-") as name:
        folder = Path(name)
        source = folder / "inbox" / "app_events" / "events.ndjson"
        source.parent.mkdir(parents=True)
        write_events(source, events)
        bare = best(lambda number: bare_read(source, folder / f"bare-{number}.parquet"))
        landed = best(lambda number: land(source, folder / f"data-{number}"))
        compare(folder / "bare-0.parquet", landed_files(folder / "data-0"), events)
    print(f"\n {events:,} events, equal rows         CPU s      s   events/s")
    for words, cost in (("bare typed read_json to Parquet", bare), ("landing", landed)):
        print(f"  {words:<32}{cost.cpu:7.2f}{cost.wall:7.2f}{events / cost.wall:11,.0f}")
    print(f"  {'ratio':<32}{landed.cpu / bare.cpu:7.2f}{landed.wall / bare.wall:7.2f}")
    return 0


def write_events(path: Path, events: int) -> None:
    """Distinct events of about 400 bytes, a third of them anonymous, over 90 days."""
    chance = random.Random(20260401)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(events):
            moment = AS_OF - timedelta(
                seconds=chance.randrange(90 * 86400), microseconds=chance.randrange(10**6)
            )
            country, region, city = chance.choice(CITIES)
            event = {
                "event_id": f"{chance.getrandbits(128):032x}",
                "app_id": "aurora",
                "event_name": chance.choice(NAMES),
                "user_id": f"u{chance.randrange(200_000):07}" if number % 3 else None,
                "anonymous_id": f"a{chance.randrange(300_000):08}",
                "occurred_at": moment.isoformat(timespec="milliseconds"),
                "received_at": (moment + timedelta(seconds=chance.randrange(9))).isoformat(
                    timespec="milliseconds"
                ),
                "platform": chance.choice(PLATFORMS),
                "app_version": f"5.{chance.randrange(9)}.{chance.randrange(9)}",
                "session_id": f"{chance.getrandbits(64):016x}",
                "country": country,
                "region": region,
                "city": city,
                "properties": {
                    "content_id": f"c{chance.randrange(20_000):06}",
                    "page": f"/content/{chance.randrange(20_000)}",
                    "duration_seconds": chance.randrange(900),
                    "revenue": f"{chance.randrange(100_000) / 100:.2f}",
                },
            }
            file.write(json.dumps(event, ensure_ascii=False) + "\n")


def bare_read(source: Path, target: Path) -> None:
    """The floor: DuckDB's typed reader, which checks, keeps and compares nothing."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"""copy (from read_json('{source}', format = 'newline_delimited', columns = {{{TYPES}}}))
            to '{target}' (format parquet, compression zstd)"""
        )


def land(source: Path, data_dir: Path) -> None:
    """What a user's first refresh does with the file."""
    inbox = data_dir / "inbox" / "app_events"
    inbox.mkdir(parents=True)
    (inbox / source.name).hardlink_to(source)
    (result,) = pull(Settings(data_dir, AS_OF, as_of_is_fixed=True))
    assert result.batch_id
    assert all(file.is_conserved for file in result.files)


def landed_files(data_dir: Path) -> list[Path]:
    return Manifest(data_dir).raw_files(EVENTS.source, EVENTS.entity, states=("landed",))


def best(work: Callable[[int], None]) -> Cost:
    """The least CPU and wall seconds of some rounds."""
    costs = []
    for number in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        work(number)
        costs.append(Cost(time.process_time() - cpu, time.perf_counter() - wall))
    return Cost(min(cost.cpu for cost in costs), min(cost.wall for cost in costs))


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
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
