"""CSV bytes as a sheet: the encoding is found strictly and named, never guessed per character."""

import csv
import io

from ingestion.errors import FileRefused
from ingestion.sources.spreadsheets.sheet import IsHeader, Sheet, SheetRow, is_not_blank, sheet_of_rows

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Excel in the region writes GBK, of which GB18030 is the superset.
_WITHOUT_MARK = ("utf-8", "gb18030")


def decoded(file_name: str, data: bytes) -> tuple[str, str]:
    """(text, encoding). Raises FileRefused when no encoding fits every byte."""
    marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    for encoding in marked or _WITHOUT_MARK:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise FileRefused(file_name, "holds NUL bytes, so it is no text; save it as CSV UTF-8")
        return text, encoding
    tried = ", ".join(marked or _WITHOUT_MARK)
    raise FileRefused(file_name, f"its text fits no encoding ({tried}); save it as CSV UTF-8")


def csv_sheet(file_name: str, name: str, data: bytes, is_header: IsHeader | None = None) -> Sheet | None:
    """The sheet of a CSV file (comma, semicolon or tab), None when it has no text. Raises FileRefused."""
    text, encoding = decoded(file_name, data)
    beginning = text.lstrip()[:200].lower()
    if beginning.startswith(("<!doctype", "<html", "<?xml", "<table", "<head", "<body")):
        raise FileRefused(file_name, "is a web page saved as CSV (the login had run out?); download it again")
    first_lines = "\n".join(text.split("\n", 10)[:10])
    delimiter = max(",\t;", key=first_lines.count)
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
    return sheet_of_rows(name, rows, encoding, is_header or is_not_blank)
