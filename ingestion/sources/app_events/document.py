"""A .json file that is one document: an array of events, or a single event over several lines."""

import pyarrow as pa

from ingestion.errors import FileRefused
from ingestion.sources.app_events.decompression import sound_blocks
from ingestion.sources.app_events.formats import EventFile
from ingestion.sources.app_events.line_blocks import lines_table
from ingestion.sources.app_events.strict_json import NotStrict, canonical, parse
from ingestion.sources.app_events.strict_rows import SCHEMA, Row, event_columns

#: A document is read whole; larger ones belong into lines.
DOCUMENT_BYTES = 256 << 20


def is_document(file: EventFile) -> bool:
    """Whether the file is an array or a value that does not end on its first line. Raises FileRefused."""
    head = next(iter(sound_blocks(file)), b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"["):
        return True
    first, newline, rest = head.partition(b"\n")
    if not first.startswith(b"{") or not newline or not rest.strip():
        return False
    try:
        parse(first.decode("utf-8", "replace"))
    except NotStrict:
        # A first line that is only the beginning of a value; one that is merely broken is a line to put aside.
        return b"}" not in first
    return False


def document_rows(file: EventFile) -> pa.Table:
    """Rows (strict_rows.SCHEMA) numbered by their place in the array, from 1. Raises FileRefused."""
    return pa.Table.from_pylist(
        [_row(file.name, place, event) for place, event in enumerate(_events(file), 1)], schema=SCHEMA
    )


def document_lines(file: EventFile) -> pa.Table:
    """The events of a document, each as a line (line_blocks.SCHEMA) of its place in the array. Raises FileRefused."""
    lines = [canonical(event) for event in _events(file)]
    return lines_table(lines, [file.name] * len(lines), range(1, len(lines) + 1))


def _events(file: EventFile) -> list[object]:
    blocks, size = [], 0
    for block in sound_blocks(file):
        blocks.append(block)
        size += len(block)
        if size > DOCUMENT_BYTES:
            raise FileRefused(
                file.name, "a JSON document of more than 256 MiB; write one event per line (NDJSON)"
            )
    try:
        value = parse(b"".join(blocks).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FileRefused(file.name, f"is not UTF-8 (byte {error.start + 1})") from error
    except NotStrict as error:
        raise FileRefused(
            file.name, f"{error}; one event per line (NDJSON) lets good lines through"
        ) from error
    return value if isinstance(value, list) else [value]


def _row(name: str, place: int, event: object) -> Row:
    row: Row = {"_source_file": name, "_source_row": place, "_raw_text": canonical(event), "_is_blank": False}
    try:
        return row | event_columns(event)
    except NotStrict as error:
        return row | {"_reason_code": error.code, "_reason": str(error)}
