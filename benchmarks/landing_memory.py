"""Peak memory of landing a file of any size: a process of its own, so that nothing but landing counts.

`python -m benchmarks.landing_memory DATA_DIR` lands what is in the inbox and prints peak memory in bytes and rows.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.events_file import AS_OF, write_gigabytes
from ingestion.settings import Settings
from ingestion.sources.app_events import pull

LIMIT = 2e9


def print_memory(gigabytes: float) -> None:
    """Raises AssertionError above the limit."""
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as name:
        path = Path(name) / "inbox" / "app_events" / "large.ndjson"
        path.parent.mkdir(parents=True)
        events = write_gigabytes(path, gigabytes)
        size = path.stat().st_size
        started = time.perf_counter()
        peak, rows = land_in_a_process(Path(name))
        seconds = time.perf_counter() - started
    speed = f"{seconds:,.0f} s, {events / seconds:,.0f} events/s"
    print(f"\n {size / 1e9:.1f} GB, {events:,} events: peak {peak / 1e9:.2f} GB, {speed}")
    assert rows == events, rows
    assert peak <= LIMIT, f"more than {LIMIT / 1e9:.0f} GB"


def land_in_a_process(data_dir: Path) -> tuple[int, int]:
    """(peak resident bytes, rows landed) of a process that lands the inbox."""
    command = [sys.executable, "-m", "benchmarks.landing_memory", str(data_dir)]
    answer = subprocess.run(
        command, cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True, check=True
    )
    peak, rows = answer.stdout.split()
    return int(peak), int(rows)


def main(data_dir: Path) -> int:
    (result,) = pull(Settings(data_dir, AS_OF, as_of_is_fixed=True))
    rows = sum(file.rows_landed for file in result.files)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
