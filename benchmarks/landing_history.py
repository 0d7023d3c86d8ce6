"""Landing of a daily increment of 100,000 events after 60 and after 960 days of history: the cost must not grow.

One day is landed; the days before it have entries and states of their own in the manifest, with their own dates, and
share its Parquet file: which file a landing has to open is what is measured, not what it would read in the others.
The increment has an event that is 50 days late, as real ones have.
"""

import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.events_file import AS_OF, write_events
from ingestion.manifest import BatchEntry, Manifest
from ingestion.settings import Settings
from ingestion.sources.app_events import pull

SHORT, LONG, EVENTS_A_DAY, ROUNDS = 60, 960, 100_000, 3


def print_history(short: int = SHORT, long: int = LONG, events: int = EVENTS_A_DAY) -> float:
    """Ratio of CPU seconds, after printing."""
    with tempfile.TemporaryDirectory(prefix="bench-history-") as name:
        folders = {days: Path(name) / str(days) for days in (short, long)}
        for days, folder in folders.items():
            build_history(folder, days, events)
        cost = {days: (1e9, 1e9) for days in folders}
        for number in range(ROUNDS):
            for days, folder in folders.items():
                spent = land_a_day(folder, number, events)
                cost[days] = (min(cost[days][0], spent[0]), min(cost[days][1], spent[1]))
    print(f"\n {events:,} events of a day                   CPU s      s")
    for days, (cpu, wall) in cost.items():
        print(f"  after {days:4} days of history{'':<12}{cpu:9.2f}{wall:7.2f}")
    ratio = cost[long][0] / cost[short][0]
    print(f"  ratio{'':<31}{ratio:8.2f}{cost[long][1] / cost[short][1]:7.2f}")
    return ratio


def build_history(folder: Path, days: int, events: int) -> None:
    """One accepted batch a day before AS_OF. The first is landed, the others are copies of it with other dates."""
    inbox = folder / "inbox" / "app_events"
    inbox.mkdir(parents=True)
    write_events(inbox / "first.ndjson", events, until=AS_OF, days=1)
    (result,) = pull(Settings(folder, AS_OF, as_of_is_fixed=True))
    manifest = Manifest(folder)
    (entry,) = manifest.entries()
    manifest.set_state(entry.batch_id, "accepted")
    assert result.batch_id == entry.batch_id
    for day in range(1, days):
        _add_day(manifest, entry, day)


def _add_day(manifest: Manifest, first: BatchEntry, day: int) -> None:
    batch_id = f"{AS_OF - timedelta(days=day):%Y%m%dT%H%M%S%f}Z-{day:08x}"
    ((path, dates),) = first.dates.items()
    target = path.replace(first.batch_id, batch_id)
    (manifest.data_dir / target).hardlink_to(manifest.data_dir / path)
    file = replace(first.files[0], raw_path=target, file_name=f"{day}.ndjson", sha256=f"{day:064x}")
    moved = tuple((date.fromisoformat(one) - timedelta(days=day)).isoformat() for one in dates)
    manifest.commit(replace(first, batch_id=batch_id, files=(file,), dates={target: moved}))
    manifest.set_state(batch_id, "accepted")


def land_a_day(folder: Path, number: int, events: int) -> tuple[float, float]:
    """CPU and wall seconds of one more day with one late event; it is taken back afterwards."""
    name = folder / "inbox" / "app_events" / f"new-{number}.ndjson"
    write_events(name, events - 1, until=AS_OF + timedelta(days=1), days=1, seed=number)
    with open(name, "a", encoding="utf-8") as file:
        file.write(
            f'{{"event_id":"late-{number}","app_id":"aurora","event_name":"like","user_id":"u1",'
            f'"occurred_at":"{(AS_OF - timedelta(days=50 + number)).isoformat()}"}}\n'
        )
    wall, cpu = time.perf_counter(), time.process_time()
    (result,) = pull(Settings(folder, AS_OF, as_of_is_fixed=True))
    spent = time.process_time() - cpu, time.perf_counter() - wall
    assert sum(file.rows_landed for file in result.files) == events, result.files
    Manifest(folder).set_state(str(result.batch_id), "withdrawn")
    name.unlink()
    return spent
