"""Rewrites a raw or quarantine file without what its people wrote and were called; whole or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.casting import literal, quote
from ingestion.contract import Contract
from ingestion.erasure.person_columns import person_columns, wordy_columns
from ingestion.erasure.person_rows import ErasedPeople, Row
from ingestion.manifest import move_into_place

#: As landing writes.
PARQUET = "(format parquet, parquet_version v2, compression zstd, compression_level 1)"
#: So many rows that may change are looked at in Python at a time.
_ROWS = 50_000


def rewrite_raw(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    path: Path,
    people: ErasedPeople,
    *,
    dry_run: bool = False,
) -> int:
    """Rows that changed; the file is replaced when there are any."""
    columns = _columns(connection, path)
    condition = suspects(contract, people, columns)
    return _rewrite(
        connection, path, condition, lambda row: people.changed(contract, row), list(columns), dry_run
    )


def rewrite_quarantine(
    connection: duckdb.DuckDBPyConnection, path: Path, people: ErasedPeople, *, dry_run: bool = False
) -> int:
    """The same of lines that were put aside."""
    contained = [f"contains({c}, {literal(text)})" for c in ("raw_text", "reason") for text in people.texts]
    columns = list(_columns(connection, path))
    return _rewrite(
        connection,
        path,
        f"({' or '.join(contained or ['false'])})",
        people.changed_quarantine,
        columns,
        dry_run,
    )


def suspects(contract: Contract, people: ErasedPeople, columns: Sequence[str] | dict[str, str]) -> str:
    """SQL, true for each row that has to be looked at."""
    texts = ", ".join(map(literal, people.texts))
    named = [f"{quote(name)} in ({texts})" for name in person_columns(contract) if name in columns]
    worded = [
        f"contains({quote(name)}, {literal(text)})"
        for name in (*wordy_columns(contract), "properties")
        if name in columns
        for text in people.texts
    ]
    conditions = [f"coalesce({each}, false)" for each in (*named, *worded)]
    apps = ", ".join(map(literal, sorted(people.apps)))
    return f"(app_id in ({apps}) and ({' or '.join(conditions or ['false'])}))"


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    described = connection.execute(f"describe from read_parquet({literal(str(path))})").fetchall()
    return {name: kind for name, kind, *_ in described}


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    condition: str,
    change: Callable[[Row], Row | None],
    columns: list[str],
    dry_run: bool,
) -> int:
    read = f"read_parquet({literal(str(path))}, file_row_number = true)"
    rows = f"(select * exclude (file_row_number), file_row_number as _place from {read})"
    found = connection.sql(f"select * from {rows} where {condition} order by _place").to_arrow_table()
    parts = [
        part
        for start in range(0, len(found), _ROWS)
        if len(part := _changed_rows(found.slice(start, _ROWS), change))
    ]
    count = sum(map(len, parts))
    if not count or dry_run:
        return count
    connection.register("rewritten_rows", pa.concat_tables(parts))
    temporary = path.with_name(f".{path.name.lstrip('.')}.rewriting.tmp")
    try:
        connection.execute(
            f"""copy (
                select {", ".join(map(quote, columns))}
                from (
                    select * from {rows} anti join rewritten_rows using (_place)
                    union all by name select * from rewritten_rows
                ) order by _place
            ) to {literal(str(temporary))} {PARQUET}"""
        )
        move_into_place(temporary, path)
    finally:
        connection.unregister("rewritten_rows")
        temporary.unlink(missing_ok=True)
    return count


def _changed_rows(found: pa.Table, change: Callable[[Row], Row | None]) -> pa.Table:
    """The rows that change, as they will be; columns that are no text are taken as they are."""
    texts = [column.name for column in found.schema if pa.types.is_string(column.type)]
    new = [change(row) for row in found.select(texts).to_pylist()]
    places = [place for place, row in enumerate(new) if row is not None]
    kept = found.take(pa.array(places, pa.int64()))
    changes = [row for row in new if row is not None]
    for name in sorted({name for row in changes for name in row}):
        old = kept[name].to_pylist()
        values = [row.get(name, value) for row, value in zip(changes, old, strict=True)]
        kept = kept.set_column(kept.schema.get_field_index(name), name, pa.array(values, pa.string()))
    return kept
