"""The same file by dlt: Arrow tables to Parquet, dicts to Parquet, and dicts by its default into DuckDB."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa


def arrow_to_parquet(source: Path, folder: Path) -> None:
    _run(source, folder / "arrow", _tables, "parquet")


def dicts_to_parquet(source: Path, folder: Path) -> None:
    _run(source, folder / "dicts", _dicts, "parquet")


def dicts_by_default(source: Path, folder: Path) -> None:
    """Into DuckDB by insert statements."""
    _run(source, folder / "default", _dicts, None)


#: (what it is, events that it takes, how): the slow ones get few and are compared by row. None of them validates,
#: deduplicates or keeps a line that is broken.
DLT_PATHS: tuple[tuple[str, int, Callable[[Path, Path], None]], ...] = (
    ("dlt, Arrow tables to Parquet", 300_000, arrow_to_parquet),
    ("dlt, dicts to Parquet", 50_000, dicts_to_parquet),
    ("dlt, dicts, default", 10_000, dicts_by_default),
)


def _run(
    source: Path, folder: Path, rows: Callable[[Path], Iterator[object]], file_format: str | None
) -> None:
    import dlt
    from dlt.destinations import duckdb as to_duckdb
    from dlt.destinations import filesystem

    destination = filesystem(str(folder / "out")) if file_format else to_duckdb(str(folder / "out.duckdb"))
    folder.mkdir(parents=True)
    pipeline = dlt.pipeline(
        "events", pipelines_dir=str(folder / "work"), destination=destination, dataset_name="raw"
    )
    pipeline.run(rows(source), table_name="events", loader_file_format=file_format)  # type: ignore[arg-type]


def _tables(source: Path) -> Iterator[pa.Table]:
    with duckdb.connect() as connection:
        query = f"""select * replace (cast(properties as varchar) as properties)
            from read_json('{source}', columns = {_types()})"""
        for batch in connection.sql(query).to_arrow_reader(50_000):
            yield pa.Table.from_batches([batch])


def _dicts(source: Path) -> Iterator[dict[str, object]]:
    with open(source, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _types() -> str:
    from benchmarks.landing import TYPES

    return f"{{{TYPES}}}"
