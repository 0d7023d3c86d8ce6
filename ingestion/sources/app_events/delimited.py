"""A CSV file of events (RFC 4180: comma, double quotes, a header) as tables of text."""

import csv
import io
import re
from collections.abc import Iterator

import pyarrow as pa

from ingestion.errors import FileRefused
from ingestion.sources.app_events.decompression import sound_blocks
from ingestion.sources.app_events.formats import EventFile
from ingestion.sources.app_events.parquet_rows import RESERVED

TABLE_ROWS = 100_000
_ESCAPED = re.compile("[\udc80-\udcff]")
Record = tuple[int, list[str]]


class _Blocks(io.RawIOBase):
    """Blocks of bytes as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: "memoryview | bytearray") -> int:  # type: ignore[override]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        taken, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(taken)] = taken
        return len(taken)


def csv_tables(file: EventFile) -> Iterator[pa.Table]:
    """Tables of text with the special columns of landing; the file is read once before, to prove it sound.

    A row with too few or too many cells and one that is not UTF-8 are rejected; a quote that is never closed and a
    header without the required columns refuse the file. Raises FileRefused.
    """
    records = _records(file)
    header = _header(records)
    if not header:
        return iter(())
    missing = [name for name in ("event_id", "event_name", "occurred_at") if name not in header]
    if missing or not {"user_id", "anonymous_id"}.intersection(header):
        wanted = ", ".join(missing or ["user_id or anonymous_id"])
        raise FileRefused(
            file.name, f"the header has no column {wanted}; it reads {','.join(header)[:120]!r}"
        )
    unusable = [name for name in header if not name or name in RESERVED or header.count(name) > 1]
    if unusable:
        raise FileRefused(file.name, f"the header's column {unusable[0]!r} is empty, reserved or there twice")
    for _ in records:
        pass
    return _tables(file, header)


def _header(records: Iterator[Record]) -> list[str]:
    """Names of the columns, from the first record that is not blank; none when there is no such record."""
    cells = next((cells for _, cells in records if any(cell.strip() for cell in cells)), [])
    return [name.strip() for name in cells]


def _records(file: EventFile) -> Iterator[Record]:
    """(line number, cells); an empty line has no cells."""
    stream = io.BufferedReader(_Blocks(sound_blocks(file)), 1 << 20)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    csv.field_size_limit(16 << 20)
    reader = csv.reader(text, strict=True)
    before = 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise FileRefused(file.name, f"line {before + 1}: not CSV as RFC 4180 has it ({error})") from error


def _tables(file: EventFile, header: list[str]) -> Iterator[pa.Table]:
    records = _records(file)
    _header(records)
    waiting: list[Record] = []
    for record in records:
        waiting.append(record)
        if len(waiting) >= TABLE_ROWS:
            yield _table(file.name, header, waiting)
            waiting = []
    if waiting:
        yield _table(file.name, header, waiting)


def _table(name: str, header: list[str], records: list[Record]) -> pa.Table:
    columns: dict[str, list[object]] = {column: [] for column in header}
    special: dict[str, list[object]] = {
        column: [] for column in ("_source_row", "_raw_text", "_reason_code", "_reason", "_is_blank")
    }
    for line, cells in records:
        code, reason = _problem(cells, header)
        is_blank = not any(cell.strip() for cell in cells)
        kept = [None] * len(header) if code or is_blank else cells
        for column, cell in zip(header, kept, strict=True):
            columns[column].append(cell)
        shown = _shown(cells)
        for column, value in zip(special, (line, shown, code, reason, is_blank), strict=True):
            special[column].append(None if is_blank and column.startswith("_reason") else value)
    arrays = {column: pa.array(values, pa.string()) for column, values in columns.items()}
    kinds = {"_source_row": pa.int64(), "_is_blank": pa.bool_()}
    arrays |= {column: pa.array(values, kinds.get(column, pa.string())) for column, values in special.items()}
    return pa.table(arrays | {"_source_file": pa.array([name] * len(records), pa.string())})


def _problem(cells: list[str], header: list[str]) -> tuple[str | None, str | None]:
    if len(cells) != len(header):
        return "ragged_row", f"{len(cells)} cells, the header has {len(header)}"
    if any(_ESCAPED.search(cell) for cell in cells):
        return "broken_encoding", "the row is not UTF-8; the wrong bytes are shown as \\xNN"
    return None, None


def _shown(cells: list[str]) -> str:
    """The record as CSV text, wrong bytes as \\xNN."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
