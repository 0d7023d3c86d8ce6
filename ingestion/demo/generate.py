"""`python -m ingestion.demo.generate`: writes the simulated company into OPS_DATA_DIR, once.

Environment: OPS_DATA_DIR (the demo data folder itself), OPS_DEMO_USERS, OPS_DEMO_DAYS, OPS_DEMO_SEED.
"""

import gzip
import io
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from ingestion.demo import exports, placement
from ingestion.demo.advertising import advertise
from ingestion.demo.database import write_database
from ingestion.demo.delivery import Collector, Delivery
from ingestion.demo.facts import count_facts
from ingestion.demo.money import draw_rates
from ingestion.demo.parameters import AS_OF, Parameters
from ingestion.demo.simulation import simulate
from ingestion.demo.sources_yaml import sources_yaml
from ingestion.demo.truth import tell_truth, truth_csv
from ingestion.demo.wechat import follow_and_read
from ingestion.demo.workbook import workbook
from ingestion.errors import SourceError

GZIP_LEVEL = 3


def generate(data_dir: Path, parameters: Parameters) -> bool:
    """Write the company; False when exactly this one is there already. Raises PlacementError."""
    with placement.alone(data_dir):
        if placement.already_there(data_dir, parameters.as_json()):
            return False
        _write_company(data_dir, parameters)
        return True


def _write_company(data_dir: Path, parameters: Parameters) -> None:
    started = time.monotonic()

    def say(words: str) -> None:
        print(f"  {time.monotonic() - started:5.1f} s  {words}", flush=True)

    print(
        f"simulating {parameters.users} users over {parameters.days} days (seed {parameters.seed})",
        flush=True,
    )
    worlds = simulate(parameters)
    say(f"{sum(len(world.actions) for world in worlds)} events, {sum(len(w.orders) for w in worlds)} orders")
    rates, ads = draw_rates(parameters), advertise(parameters, worlds)
    wechat, notes = follow_and_read(parameters), exports.download_notes(parameters)
    facts = [count_facts(world, rates, ads.figures, wechat, notes) for world in worlds]
    truth = tell_truth(facts)
    say(f"{len(truth)} true KPI values")
    staging = _Staging(placement.new_staging(data_dir))
    counts: dict[str, dict[str, int]] = {}
    for world in worlds:
        delivery = Collector(world, parameters.dice(f"delivery of {world.app.app_id}")).collect()
        counts[world.app.app_id] = dict(sorted(delivery.counts.items()))
        _write_events(staging, delivery)
        world.actions.clear()
    say("event files")
    for name, content in workbook(parameters, worlds, rates, truth).items():
        staging.write(f"inbox/ops_workbook/{name}", content)
    for day, content in notes.files.items():
        folder = f"inbox/platform_exports/{exports.PLATFORM}/{exports.APP_ID}"
        moment = datetime.combine(day, clock_time(0, 30), UTC)
        staging.write(f"{folder}/notes_{day:%Y%m%d}.csv", content, min(moment, AS_OF))
    staging.write("company/ads.json", _json(ads.document))
    staging.write("company/wechat.json", _json(wechat.document))
    write_database(staging.path("company/app.db"), worlds)
    staging.write("sources.yaml", sources_yaml(parameters))
    staging.write("truth/kpi.csv", truth_csv(truth))
    staging.write(
        placement.MARKER,
        _json({"parameters": parameters.as_json(), "as_of": AS_OF.isoformat(), "events": counts}),
    )
    placement.place(data_dir, staging.root)
    say(f"written to {data_dir}")


class _Staging:
    """Files below one folder, with modification times of the simulated calendar."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name: str, content: bytes, modified: datetime = AS_OF) -> None:
        path = self.path(name)
        path.write_bytes(content)
        os.utime(path, (modified.timestamp(), modified.timestamp()))


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _write_events(staging: _Staging, delivery: Delivery) -> None:
    names = delivery.file_names()
    for start, lines in delivery.files.items():
        content = io.BytesIO()
        # No file name and no time in the header: the same company has the same bytes.
        with gzip.GzipFile(
            filename="", mode="wb", fileobj=content, compresslevel=GZIP_LEVEL, mtime=0
        ) as file:
            file.write("".join(f"{line}\n" for _, line in lines).encode())
        arrived = datetime.combine(start + timedelta(days=7), clock_time(12), UTC)
        staging.write(f"inbox/app_events/{names[start]}", content.getvalue(), min(arrived, AS_OF))


def main() -> int:
    """0 = the company is there; 2 = it cannot be, with one line that says why."""
    data_dir = Path(os.environ.get("OPS_DATA_DIR") or "data/demo").resolve()
    try:
        parameters = Parameters.from_environment(os.environ)
        if not generate(data_dir, parameters):
            print(f"the demo company is already in {data_dir}")
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
