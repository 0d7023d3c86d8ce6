"""What 1,000 hourly batches of one table cost before and after their raw files are one.

`python -m benchmarks.joined_raw [batches]`; CPU seconds. Each batch has a file and an entry of its own, as landing
has it. Read: all columns, as staging does. Land: an increment that is compared with history. Withdraw: one batch is
taken out of the joined file.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.joining import join, replaced_files, small_files
from ingestion.landing import Landing
from ingestion.landing_step import PARQUET
from ingestion.manifest import Manifest
from ingestion.sources.app_database.contracts import ORDERS
from tests.unit.ingestion.sources.company_folder import AS_OF

BATCHES, ROWS = 1_000, (10, 1_000)


def print_joined(batches: int = BATCHES) -> None:
    print(f"\n {batches:,} batches of orders                         CPU s, before    after")
    for rows in ROWS:
        with tempfile.TemporaryDirectory(prefix="bench-joined-") as name:
            print_table(Path(name), batches, rows)


def print_table(folder: Path, batches: int, rows: int) -> None:
    build(folder, batches, rows)
    before = measured(folder, rows, 1)
    joined = spent(lambda: _join(folder))
    after = measured(folder, rows, 2)
    middle = Manifest(folder).entries()[batches // 2].batch_id
    withdrawn = spent(lambda: Manifest(folder).set_state(middle, "withdrawn"))
    for what, one, other in zip(("MB", "read", "land 10 rows"), before, after, strict=True):
        print(f"  {rows:5,} rows each, {what:<12}{one:30.3f}{other:9.3f}")
    print(f"  {rows:5,} rows each, join once {joined:.2f}, withdraw one of them {withdrawn:.2f}")


def measured(folder: Path, rows: int, number: int) -> tuple[float, float, float]:
    return _megabytes(folder), spent(lambda: _read(folder)), spent(lambda: _land(folder, rows, number))


def build(folder: Path, batches: int, rows: int) -> None:
    """One batch is landed; the others are copies of it with orders and an hour of their own."""
    _land(folder, rows, 0)
    manifest = Manifest(folder)
    (first,) = manifest.entries()
    (file,) = first.files
    assert file.raw_path is not None
    manifest.set_state(first.batch_id, "accepted")
    with duckdb.connect() as connection:
        connection.execute(f"create table first as from read_parquet('{folder / file.raw_path}')")
        for number in range(1, batches):
            moment = AS_OF + timedelta(hours=number)
            batch_id = f"{moment:%Y%m%dT%H%M%S%f}Z-{number:08x}"
            path = file.raw_path.replace(first.batch_id, batch_id)
            connection.execute(
                f"""copy (select * replace (
                    order_id || '-{number}' as order_id, md5(_content_hash || '{number}') as _content_hash,
                    '{batch_id}' as _batch_id
                ) from first) to '{folder / path}' {PARQUET}"""
            )
            manifest.commit(replace(first, batch_id=batch_id, files=(replace(file, raw_path=path),)))
            manifest.set_state(batch_id, "accepted")


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _read(folder: Path) -> None:
    paths = [str(path) for path in Manifest(folder).raw_files(ORDERS.source, ORDERS.entity)]
    with duckdb.connect() as connection:
        connection.execute("create table read as from read_parquet(?, union_by_name = true)", [paths])


def _land(folder: Path, rows: int, number: int) -> None:
    table = pa.Table.from_pylist(
        [
            {"app_id": "shop", "order_id": f"{number}-{n}", "user_id": f"u{n}", "gross_amount": f"{n}.10"}
            for n in range(rows if number == 0 else 10)
        ]
    )
    with Landing(folder, ORDERS.source, AS_OF + timedelta(minutes=number)) as landing:
        landing.add(ORDERS, table, file_name="shop.orders")


def _join(folder: Path) -> None:
    manifest = Manifest(folder)
    for small in list(small_files(folder, manifest.batch_ids())):
        join(folder, small)
    for path in list(replaced_files(folder)):
        path.unlink()


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in (folder / "raw" / ORDERS.source).rglob("*.parquet")) / 1e6


if __name__ == "__main__":
    print_joined(*map(int, sys.argv[1:]))
