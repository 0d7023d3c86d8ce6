"""A segment of an App Store Connect report: gzip bytes → text → rows. What is cut off is never half a segment."""

import csv
import io
import zlib
from collections.abc import Iterator

from ingestion.rest_client import ApiError, Reader

#: A segment that unpacks to more is no report.
LARGEST_BYTES = 1 << 30
#: Our column → the report's header words, the first that is there counts.
COLUMNS = {
    "date": ("Date",),
    "event": ("Event",),
    "download_type": ("Download Type",),
    "territory": ("Territory",),
    "source_type": ("Source Type",),
    "page_type": ("Page Type",),
    "device": ("Device",),
    "app_version": ("App Version",),
    "counts": ("Counts",),
    "unique_counts": ("Unique Counts", "Unique Devices"),
}
REQUIRED = ("date", "counts")


def gzip_text(content: bytes) -> str:
    """UTF-8 text of a whole gzip file with a right CRC. Raises ValueError."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(content, LARGEST_BYTES)
    except zlib.error as error:
        raise ValueError(f"broken gzip: {error}") from None
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("the gzip file is cut off, too large or has something behind it")
    return text.decode("utf-8-sig")


GZIP_TEXT = Reader("gzip text", gzip_text)


def segment_rows(report: str, segment_id: str, text: str) -> Iterator[dict[str, str | None]]:
    """Rows with their line. Raises ApiError for a missing column or a row of another width."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = next(lines, [])
    places = {
        name: next((header.index(word) for word in words if word in header), None)
        for name, words in COLUMNS.items()
    }
    missing = [COLUMNS[name][0] for name in REQUIRED if places[name] is None]
    if missing:
        raise ApiError(
            f"app_store {report}: no column {missing[0]}; the header reads {', '.join(header)[:160]}"
        )
    for cells in lines:
        if len(cells) != len(header):
            raise ApiError(
                f"app_store {report}: line {lines.line_num} has {len(cells)} cells, the header {len(header)}"
            )
        row = {name: cells[place] if place is not None else None for name, place in places.items()}
        yield {"segment_id": segment_id, "line": str(lines.line_num), **row}
