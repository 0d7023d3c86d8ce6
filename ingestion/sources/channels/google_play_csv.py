"""A monthly CSV of Google Play: UTF-16 with a byte order mark, commas or tabs, English headers."""

import codecs
import csv
import io
from collections.abc import Iterator

from ingestion.contract import Contract
from ingestion.rest_client import ApiError

#: Header words that are not the contract's column with blanks.
ALIASES = {"country / region": "country", "country/region": "country"}
_REQUIRED = ("date", "country")


def utf16_text(content: bytes, size: int) -> str:
    """Text of a file of `size` bytes. Raises ValueError for another length and for other encodings."""
    if len(content) != size:
        raise ValueError(f"{len(content)} of {size} bytes")
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("no UTF-16 byte order mark")
    return content.decode("utf-16")


def csv_rows(contract: Contract, name: str, text: str) -> Iterator[dict[str, str | None]]:
    """Rows with the columns of the contract. Raises ApiError for a file that cannot be read whole."""
    first_line = text.split("\n", 1)[0]
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if "\t" in first_line else ",", strict=True
    )
    header = [_column(cell) for cell in next(lines, [])]
    ours = [field.name for field in contract.fields if field.name not in ("app_id", "account_id")]
    missing = [column for column in (*_REQUIRED, ours[2]) if column not in header]
    if missing:
        raise ApiError(
            f"google_play {name}: no column {missing[0]}; the header reads {first_line.strip()[:160]}"
        )
    try:
        for cells in lines:
            if len(cells) != len(header):
                raise ApiError(f"google_play {name}: line {lines.line_num} is cut off")
            row = dict(zip(header, cells, strict=True))
            yield {column: row.get(column) or None for column in ours}
    except csv.Error as error:
        raise ApiError(f"google_play {name}: line {lines.line_num}: {error}") from None


def _column(cell: str) -> str:
    word = " ".join(cell.split()).lower()
    return ALIASES.get(word, word.replace(" ", "_"))
