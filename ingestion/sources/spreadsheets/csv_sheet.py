"""CSV bytes as a sheet: the encoding is found strictly and named, never guessed per character."""

import csv
import io
from functools import partial

from ingestion.errors import FileRefused
from ingestion.sources.spreadsheets.encodings import decoded
from ingestion.sources.spreadsheets.sheet import IsHeader, Sheet, SheetRow, is_not_blank, sheet_of_rows


def csv_sheet(file_name: str, name: str, data: bytes, is_header: IsHeader | None = None) -> Sheet | None:
    """The sheet of a CSV file (comma, semicolon or tab), None when it has no text. Raises FileRefused."""
    text, encoding = decoded(file_name, data, partial(_has_header, is_header) if is_header else None)
    beginning = text.lstrip()[:200].lower()
    if beginning.startswith(("<!doctype", "<html", "<?xml", "<table", "<head", "<body")):
        raise FileRefused(file_name, "is a web page saved as CSV (the login had run out?); download it again")
    delimiter = _delimiter(text)
    csv.field_size_limit(16 << 20)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[SheetRow] = []
    before = 0
    try:
        for cells in reader:
            rows.append(SheetRow(before + 1, tuple(cells)))
            before = reader.line_num
    except csv.Error as error:
        raise FileRefused(
            file_name, f"line {before + 1}: not CSV ({error}); is a quote not closed?"
        ) from error
    if is_header and len(rows) > 1 and len(rows[-1].cells) < len(rows[-2].cells) and text[-1:] not in "\r\n":
        raise FileRefused(
            file_name, f"line {rows[-1].number}: ends in the middle of a row; download it again"
        )
    return sheet_of_rows(name, rows, encoding, is_header or is_not_blank)


def _delimiter(text: str) -> str:
    return max(",\t;", key="\n".join(text.split("\n", 10)[:10]).count)


def _has_header(is_header: IsHeader, text: str) -> bool:
    """Whether one of the first lines is a header; quotes are not looked at closely."""
    delimiter = _delimiter(text)
    return any(
        is_header(tuple(cell.strip(' "') for cell in line.split(delimiter)))
        for line in text.split("\n", 30)[:30]
    )
