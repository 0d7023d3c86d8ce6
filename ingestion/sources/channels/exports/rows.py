"""A downloaded sheet → rows of the contract: words of the platform become plain text, exactly or not at all."""

import logging
import re
from datetime import datetime
from decimal import Decimal

import pyarrow as pa

from ingestion.contract import Field
from ingestion.errors import FileRefused
from ingestion.sources.channels.contracts import EXPORT_CONTENT_STATS
from ingestion.sources.channels.exports.mapping import Mapping
from ingestion.sources.spreadsheets.sheet import Sheet, SheetRow

log = logging.getLogger(__name__)

_FIELDS = {field.name: field for field in EXPORT_CONTENT_STATS.fields}
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*([万亿wW]?)\+?", re.ASCII)
_SCALES = {"": 1, "万": 10_000, "w": 10_000, "亿": 100_000_000}


class Unreadable(ValueError):
    """A cell that is not what its column holds; `code` is the reason code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


Row = dict[str, object]
_KINDS = {"_source_row": pa.int64(), "_is_blank": pa.bool_()}


def rows_of_export(file_name: str, app_id: str, mapping: Mapping, sheet: Sheet) -> list[Row]:
    """Text of the contract's columns and the special columns of landing. Total rows count as blank.

    Raises FileRefused when a required column is missing or two columns mean the same.
    """
    columns = [mapping.column(cell) for cell in sheet.header]
    for name in mapping.required:
        if name not in columns:
            words = " / ".join(mapping.columns[name])
            header = ", ".join(sheet.header)[:160]
            raise FileRefused(
                file_name, f"row {sheet.header_row}: no column {words}; the header reads {header}"
            )
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice:
        cells = [cell for cell, name in zip(sheet.header, columns, strict=True) if name == twice]
        raise FileRefused(file_name, f"the columns {' and '.join(cells)} both mean {twice}; keep one")
    if unknown := [cell for cell, name in zip(sheet.header, columns, strict=True) if name is None and cell]:
        log.info("%s: columns %s are not used; they are kept in _extra", file_name, ", ".join(unknown))
    place: Row = {"_source_file": file_name, "app_id": app_id, "platform": mapping.platform}
    return [place | _row(mapping, sheet.header, columns, row) for row in sheet.rows]


def table_of_rows(rows: list[Row]) -> pa.Table:
    """All columns that any row has, as text but for the special ones that are none."""
    names = dict.fromkeys((*_FIELDS, "_source_file", "_raw_text", "_reason_code", "_reason", *_KINDS))
    names |= dict.fromkeys(name for row in rows for name in row)
    return pa.Table.from_pylist(rows, schema=pa.schema([(n, _KINDS.get(n, pa.string())) for n in names]))


def _row(mapping: Mapping, header: tuple[str, ...], columns: list[str | None], row: SheetRow) -> Row:
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    is_total = first.lower().rstrip(":：") in mapping.total_words
    found: Row = {
        "_source_row": row.number,
        "_is_blank": row.is_blank or is_total,
        "_raw_text": ",".join(row.cells),
    }
    if row.is_blank or is_total:
        return found
    if row.problem:
        return found | {"_reason_code": row.problem[0], "_reason": f"row {row.number}: {row.problem[1]}"}
    for cell, name, text in zip(header, columns, row.cells, strict=True):
        if name is None:
            found[_extra(cell)] = text.strip() or None
            continue
        try:
            found[name] = cell_text(mapping, _FIELDS[name], cell, text)
        except Unreadable as error:
            reason = f"row {row.number}, column {cell}: {error}"
            return found | {"_reason_code": error.code, "_reason": reason}
    return found


def _extra(cell: str) -> str:
    """The name of an unknown column in `_extra`; one that the contract or landing knows gets a prefix."""
    return f"extra_{cell}" if cell in _FIELDS or cell.startswith("_") else cell


def cell_text(mapping: Mapping, field: Field, header: str, text: str) -> str | None:
    """Text that landing casts exactly; None for an empty cell and the platform's words for it. Raises Unreadable."""
    text = text.strip().strip("\t'").strip()
    if not text or text in mapping.missing:
        return None
    if pa.types.is_date(field.type):
        return _date(mapping, text)
    if pa.types.is_integer(field.type) or pa.types.is_decimal(field.type):
        return _number(field, mapping.factor(header), text)
    return text


def _date(mapping: Mapping, text: str) -> str:
    day = (
        re.split(r"[ T]", text, maxsplit=1)[0]
        if "年" not in text
        else re.split(r"(?<=日)", text, maxsplit=1)[0]
    )
    for form in mapping.date_formats:
        try:
            return datetime.strptime(day, form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    raise Unreadable("not_a_date", f"{text!r} is no date; the download has dates such as 2026-03-31")


def _number(field: Field, factor: int, text: str) -> str:
    """1,234 and 1.2万 as plain numbers; a count that is no whole number then was rounded and is refused."""
    match = _NUMBER.fullmatch(text)
    if not match or text.endswith("+"):
        code = "not_an_integer" if pa.types.is_integer(field.type) else "not_a_decimal"
        raise Unreadable(code, f"{text!r} is no exact number; one such as 1,234 or 1.2万 is wanted")
    value = Decimal(match[1].replace(",", "")) * _SCALES[match[2].lower()] * factor
    if pa.types.is_integer(field.type):
        if value != value.to_integral_value():
            raise Unreadable("not_an_integer", f"{text!r} is no whole number")
        return f"{value:.0f}"
    return format(value, "f")
