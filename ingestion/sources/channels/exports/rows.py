"""A downloaded sheet → rows of its contract; what does not fit exactly is put aside, with its reason."""

import logging

import pyarrow as pa

from ingestion.contract import Contract
from ingestion.errors import FileRefused
from ingestion.sources.channels.exports.cells import Unreadable, cell_text
from ingestion.sources.channels.exports.mapping import Column, Mapping
from ingestion.sources.channels.exports.totals import check_totals
from ingestion.sources.spreadsheets.sheet import Sheet, SheetRow

log = logging.getLogger(__name__)

Row = dict[str, object]
_KINDS = {"_source_row": pa.int64(), "_is_blank": pa.bool_()}


def rows_of_export(file_name: str, app_id: str, mapping: Mapping, sheet: Sheet) -> list[Row]:
    """Text of the contract's columns and the special columns of landing. Total rows count as blank.

    Raises FileRefused for a missing column, two columns that mean the same, a unit that nobody knows, and a total row
    that the rows do not add up to.
    """
    columns = _columns(file_name, mapping, sheet)
    place: Row = {
        "_source_file": file_name,
        "app_id": app_id,
        "platform": mapping.platform,
        **mapping.defaults,
    }
    rows = [_row(mapping, sheet.header, columns, row, place) for row in sheet.rows]
    check_totals(file_name, mapping, sheet, columns, [bool(row.get("_reason_code")) for row in rows])
    return rows


def table_of_rows(contract: Contract, rows: list[Row]) -> pa.Table:
    """All columns that any row has, as text but for the special ones that are none."""
    fields = [field.name for field in contract.fields]
    names = dict.fromkeys((*fields, "_source_file", "_raw_text", "_reason_code", "_reason", *_KINDS))
    names |= dict.fromkeys(name for row in rows for name in row)
    return pa.Table.from_pylist(rows, schema=pa.schema([(n, _KINDS.get(n, pa.string())) for n in names]))


def _columns(file_name: str, mapping: Mapping, sheet: Sheet) -> list[Column | None]:
    columns = [mapping.column(cell) for cell in sheet.header]
    names = [column.name if column else None for column in columns]
    for name in mapping.required:
        if name not in names:
            words = " / ".join(mapping.columns[name])
            header = ", ".join(sheet.header)[:160]
            raise FileRefused(
                file_name, f"row {sheet.header_row}: no column {words}; the header reads {header}"
            )
    if not any(column and column.kind in ("count", "seconds", "money") for column in columns):
        header = ", ".join(sheet.header)[:160]
        raise FileRefused(file_name, f"row {sheet.header_row}: no column to count; the header reads {header}")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        cells = [cell for cell, name in zip(sheet.header, names, strict=True) if name == twice]
        raise FileRefused(file_name, f"the columns {' and '.join(cells)} both mean {twice}; keep one")
    if problem := next((column.problem for column in columns if column and column.problem), None):
        raise FileRefused(file_name, f"row {sheet.header_row}: {problem}")
    if unknown := [cell for cell, name in zip(sheet.header, names, strict=True) if name is None and cell]:
        log.info("%s: columns %s are not used; they are kept in _extra", file_name, ", ".join(unknown))
    return columns


def _row(
    mapping: Mapping, header: tuple[str, ...], columns: list[Column | None], row: SheetRow, place: Row
) -> Row:
    is_total = mapping.is_total(row.cells) or mapping.is_subtotal(row.cells)
    found: Row = place | {
        "_source_row": row.number,
        "_is_blank": row.is_blank or is_total,
        "_raw_text": ",".join(row.cells),
    }
    if row.is_blank or is_total:
        return found
    if row.problem:
        return found | {"_reason_code": row.problem[0], "_reason": f"row {row.number}: {row.problem[1]}"}
    for cell, column, text in zip(header, columns, row.cells, strict=True):
        if column is None:
            found[_extra(mapping, cell)] = text.strip() or None
            continue
        try:
            value = cell_text(mapping, column, text)
        except Unreadable as error:
            if column.kind == "rate":
                # Nothing is computed from a rate: it is kept as it stands, the row's counters are good.
                found[_extra(mapping, cell)] = text.strip()
                continue
            reason = f"row {row.number}, column {cell}: {error}"
            return found | {"_reason_code": error.code, "_reason": reason}
        if value is not None or column.name not in mapping.defaults:
            found[column.name] = value
    return found


def _extra(mapping: Mapping, cell: str) -> str:
    """The name of an unknown column in `_extra`; one that the contract or landing knows gets a prefix."""
    return f"extra_{cell}" if cell in mapping.fields or cell.startswith("_") else cell


def without_contradictions(contract: Contract, rows: list[Row]) -> list[Row]:
    """Rows of one file that tell different things of the same key are put aside: nobody knows which is right."""
    names = [field.name for field in contract.fields]
    told: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    for row in rows:
        if not row["_is_blank"] and not row.get("_reason_code"):
            key = tuple(row.get(name) for name in contract.key)
            told.setdefault(key, set()).add(tuple(row.get(name) for name in names))
    found = []
    for row in rows:
        key = tuple(row.get(name) for name in contract.key)
        if not row["_is_blank"] and not row.get("_reason_code") and len(told[key]) > 1:
            shown = ", ".join(str(part) for part in key if part)
            reason = f"row {row['_source_row']}: other rows of this file tell other numbers of {shown}"
            row = row | {"_reason_code": "contradicting_rows", "_reason": reason}
        found.append(row)
    return found
