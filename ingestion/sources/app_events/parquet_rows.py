"""A Parquet file of events as tables of text."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.casting import quote
from ingestion.errors import FileRefused
from ingestion.scratch import small_connection
from ingestion.sources.app_events.formats import EventFile

BATCH_ROWS = 200_000
#: Column names that landing gives a meaning to; a producer's own of that name would confuse it.
RESERVED = ("_source_file", "_source_row", "_raw_text", "_reason_code", "_reason", "_is_blank", "_extra")


def parquet_tables(file: EventFile) -> Iterator[pa.Table]:
    """Tables of text with `_source_file` and `_source_row`; the whole file is read once before, to prove it sound.

    Times without a zone are UTC, nested columns become JSON. Raises FileRefused.
    """
    try:
        with pq.ParquetFile(file.file.path) as parquet:
            names = parquet.schema_arrow.names
            for _ in parquet.iter_batches(BATCH_ROWS):
                pass
    except (OSError, pa.ArrowException) as error:
        raise FileRefused(
            file.name, f"damaged Parquet file ({str(error).splitlines()[0]}); send it again"
        ) from error
    if clash := [name for name in names if name in RESERVED]:
        raise FileRefused(file.name, f"column {clash[0]}: the name is reserved; rename it")
    return _tables(file)


def _tables(file: EventFile) -> Iterator[pa.Table]:
    row = 1
    with small_connection() as connection, pq.ParquetFile(file.file.path) as parquet:
        for batch in parquet.iter_batches(BATCH_ROWS):
            connection.register("batch", pa.Table.from_batches([batch]))
            names = ", ".join(_as_text(field) for field in batch.schema)
            table = connection.sql(
                f"""select {names}, {_raw_text(batch.schema.names)} as _raw_text,
                    {row} + row_number() over () - 1 as _source_row from batch"""
            ).to_arrow_table()
            yield table.append_column("_source_file", pa.array([file.name] * len(table), pa.string()))
            row += batch.num_rows


def _as_text(field: pa.Field) -> str:
    column = quote(field.name)
    return (
        f"cast({f'to_json({column})' if pa.types.is_nested(field.type) else column} as varchar) as {column}"
    )


def _raw_text(names: list[str]) -> str:
    shown = ", ".join(f"{quote(name)} := {quote(name)}" for name in names)
    return f"cast(to_json(struct_pack({shown})) as varchar)" if shown else "cast(null as varchar)"
