"""Readers that never stop asking while versions are published: errors, and reads that were not one whole version.

Each reader is a process that opens `published/ops.duckdb` by its path, as a BI tool does, and Parquet below the version
that `published/current` points at. Every order of a version has the version's number, and a KPI is its sum.
`python -m benchmarks.readers [publications] [readers]` exits 1 unless nothing was wrong.
"""

import json
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from orchestration.publication.publish import publish
from tests.unit.orchestration.published_folder import TABLES, build, make_folder

PUBLICATIONS, READERS, ORDERS = 100, 8, 100_000


def main() -> int:
    publications, readers = (*map(int, sys.argv[1:3]), *(PUBLICATIONS, READERS)[len(sys.argv) - 1 :])[:2]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        started = time.perf_counter()
        seen = measure(Path(folder), publications, readers)
        seconds = time.perf_counter() - started
    reads = sum(reader["reads"] for reader in seen)
    print(
        f"{publications} publications of {ORDERS:,} rows in {seconds:.0f} s, {readers} readers: {reads} reads"
    )
    print(
        f"versions seen by a reader: {min(r['versions'] for r in seen)} to {max(r['versions'] for r in seen)}"
    )
    wrong = {kind: [words for reader in seen for words in reader[kind]] for kind in ("errors", "torn")}
    for kind, found in wrong.items():
        print(f"{kind}: {len(found)}{''.join(f'{chr(10)}  {words}' for words in found[:5])}")
    return int(any(wrong.values()) or reads < publications)


def measure(data_dir: Path, publications: int, readers: int) -> list[dict]:
    """Publish so often while so many read; per reader its reads, the versions it saw, errors and torn reads."""
    make_folder(data_dir, ORDERS)
    publish(data_dir, "bench", TABLES, [])
    context = multiprocessing.get_context("spawn")
    ended = context.Event()
    processes = [
        context.Process(target=_read_on, args=(data_dir, number, ended)) for number in range(readers)
    ]
    for process in processes:
        process.start()
    while any(
        process.is_alive() and not _report(data_dir, n).exists() for n, process in enumerate(processes)
    ):
        time.sleep(0.05)  # until each has read once
    for number in range(2, publications + 1):
        build(data_dir, number, ORDERS)
        publish(data_dir, "bench", TABLES, [])
    ended.set()
    for process in processes:
        process.join()
    return [json.loads(_report(data_dir, number).read_text("utf-8")) for number in range(readers)]


def _report(data_dir: Path, number: int) -> Path:
    return data_dir / f"reader-{number}.json"


def _read_on(data_dir: Path, number: int, ended: "multiprocessing.synchronize.Event") -> None:  # type: ignore[name-defined]
    reads, last = 0, 0
    versions, errors, torn = set[int](), list[str](), list[str]()
    while not ended.is_set() or not reads:
        try:
            found = _read(data_dir / "published")
        except (duckdb.Error, OSError) as error:
            errors.append(" ".join(str(error).split())[:200])
            continue
        finally:
            reads += 1
            if reads == 1:
                _report(data_dir, number).write_text("{}", "utf-8")
        if len(set(found)) > 1 or found[0] < last:
            torn.append(f"after version {last}: {found}")
        last = found[0]
        versions.add(last)
    seen = {"reads": reads, "versions": len(versions), "errors": errors, "torn": torn}
    _report(data_dir, number).write_text(json.dumps(seen), "utf-8")


def _read(published: Path) -> tuple[int, ...]:
    """The version's number by each way to learn it: of one file, and of the Parquet of one version."""
    with duckdb.connect(str(published / "ops.duckdb"), read_only=True) as connection:
        one = connection.execute(
            f"""select min(build), max(build), cast(sum(build) / {ORDERS} as integer),
                (select cast(value / {ORDERS} as integer) from kpi.fct_kpi),
                (select count(*) from quality.publications)
            from marts.fct_orders"""
        ).fetchall()[0]
    parquet = (published / "current").resolve() / "parquet"
    other = (
        duckdb.connect()
        .execute(
            f"""select min(build), max(build), (select cast(value / {ORDERS} as integer) from read_parquet(?))
        from read_parquet(?)""",
            [
                str(parquet / "kpi" / "fct_kpi" / "*.parquet"),
                str(parquet / "marts" / "fct_orders" / "*.parquet"),
            ],
        )
        .fetchall()[0]
    )
    if len(set(other)) > 1 or other[0] < one[0]:
        return (*one, *other)  # a version may have come between the two, an older one may not
    return tuple(one)


if __name__ == "__main__":
    sys.exit(main())
