"""What a look of the inbox sensor costs when nothing is new, at 100,000 files that were landed before.

`python -m benchmarks.sensor [--files 100000]`: CPU seconds of the evaluation alone, as the code server does it once a
minute: the first one of a process, which reads the manifest, and the least of those after it. Every look must skip.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import dagster as dg

from ingestion.manifest import BatchEntry, FileEntry, Manifest
from orchestration.defs.jobs import inbox_sensor

FILES_A_BATCH, LOOKS = 1_000, 3
LONG_AGO_NS = 1_767_225_600_000_000_000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sensor")
    parser.add_argument("--files", type=int, default=100_000)
    files = parser.parse_args(arguments).files
    with tempfile.TemporaryDirectory(prefix="bench-sensor-") as name:
        os.environ["OPS_DATA_DIR"] = name
        write_known_files(Path(name), files)
        first, *others = [cost_of_a_look() for _ in range(1 + LOOKS)]
        print(
            f"  {files:,} known files: first look {first:.2f} CPU s, each after it {min(others):.2f}",
            flush=True,
        )
    return 0


def cost_of_a_look() -> float:
    began = time.process_time()
    with dg.build_sensor_context() as context:
        told = inbox_sensor()(context)
    assert isinstance(told, dg.SkipReason), told
    return time.process_time() - began


def write_known_files(data_dir: Path, files: int) -> None:
    """Empty files of an inbox, and batches that landed them."""
    for start in range(0, files, FILES_A_BATCH):
        batch_id = f"20260101T{start:012}Z-00000000"
        folder = data_dir / "inbox" / "app_events" / f"{start:06}"
        folder.mkdir(parents=True)
        landed = []
        for number in range(start, min(start + FILES_A_BATCH, files)):
            path = folder / f"events-{number:06}.ndjson"
            path.touch()
            os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
            landed.append(
                FileEntry(
                    entity="events", file_name=path.relative_to(data_dir).as_posix(), rows_read=0, rows_landed=0,
                    rows_duplicate=0, rows_quarantined=0, rows_blank=0, raw_path=None, sha256=f"{number:064x}",
                    size=0, modified_ns=LONG_AGO_NS,
                )
            )  # fmt: skip
        moment = "2026-01-01T00:00:00+00:00"
        Manifest(data_dir).commit(BatchEntry(batch_id, "app_events", moment, moment, tuple(landed)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
