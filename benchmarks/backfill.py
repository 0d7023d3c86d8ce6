"""What a backfill of a year costs, as one run launched from the UI.

`python -m benchmarks.backfill [--days 365]`: the demo company's accounts on Google Ads and 巨量引擎, pulled over real
HTTP from its emulators. First 30 days, then all days in one run (the 30 are there already), then the same range once
more, when only days that may still be restated are asked. Seconds from the launch to the run's end, CPU seconds of
every process of `make dev`.
"""

import argparse
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from ingestion.demo.generate import generate
from ingestion.demo.parameters import AS_OF, Parameters
from ingestion.manifest import Manifest
from tests.integration.dagster_services import Services, dagster_services

SOURCES = ("google_ads", "ocean_engine")
ASSETS = [f"raw/{source}/ad_performance" for source in SOURCES]
#: Enough that each day has ads; users and events are not what is measured.
USERS = 100
FEW_DAYS = 30


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backfill")
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args(arguments).days
    with tempfile.TemporaryDirectory(prefix="bench-backfill-") as temporary:
        data_dir = Path(temporary)
        generate(data_dir, Parameters(users=USERS, days=days))
        with dagster_services(data_dir, OPS_AS_OF=AS_OF.isoformat()) as services:
            services.wait_for_graph()
            for words, length in (
                (f"{FEW_DAYS} days", FEW_DAYS),
                (f"{days} days", days),
                ("the same once more", days),
            ):
                _backfill(services, data_dir, words, length)
    return 0


def _backfill(services: Services, data_dir: Path, words: str, days: int) -> None:
    last = AS_OF.date() - timedelta(days=1)
    dates = ((last - timedelta(days=days - 1)).isoformat(), last.isoformat())
    began, cpu, rows = time.time(), services.cpu_seconds(), _rows(data_dir)
    run_id = services.launch(ASSETS, dates=dates)
    status = services.finished(run_id)
    assert status == "SUCCESS", (status, dates)
    print(
        f"  {words:<20}{time.time() - began:7.1f} s{services.cpu_seconds() - cpu:7.1f} s CPU"
        f"{_rows(data_dir) - rows:9,} rows",
        flush=True,
    )


def _rows(data_dir: Path) -> int:
    """Landed rows of daily figures."""
    return sum(
        file.rows_landed
        for source in SOURCES
        for entry in Manifest(data_dir).entries(source)
        for file in entry.files
        if file.entity == "ad_performance"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
