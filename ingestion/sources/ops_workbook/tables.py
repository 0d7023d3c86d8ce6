"""A sheet of the workbook → rows of its contract: header matched, cells checked, bad rows marked with their reason."""

import logging

import pyarrow as pa

from ingestion.contract import Contract
from ingestion.errors import FileRefused
from ingestion.sources.ops_workbook.aliases import column_named, column_title
from ingestion.sources.ops_workbook.cells import BadCell, cell_text
from ingestion.sources.spreadsheets.sheet import Sheet, SheetRow

log = logging.getLogger(__name__)

#: A company with one app need not write it everywhere.
DEFAULT_APP = "default"
#: Days, weeks and money of everything hang on this table: one wrong row refuses it.
ALL_OR_NOTHING = "apps"


def table_of_sheet(file_name: str, contract: Contract, sheet: Sheet) -> pa.Table:
    """Text columns of the contract, unknown columns, and the special columns of landing.

    Raises FileRefused when a column is missing or twice there, and for a bad row of `apps`: the table of
    yesterday then stays.
    """
    place = f"{file_name}, sheet {sheet.name}" if file_name.lower().endswith(".xlsx") else file_name
    columns = _columns(place, contract, sheet)
    rows = [_row(place, contract, columns, row) for row in sheet.rows]
    if contract.entity == ALL_OR_NOTHING:
        for row in rows:
            if row.get("_reason"):
                raise FileRefused(place, str(row["_reason"]).removeprefix(f"{place}, "))
    unknown = [name for name in columns if name not in {field.name for field in contract.fields}]
    names = [*(field.name for field in contract.fields), *unknown, "_raw_text", "_reason_code", "_reason"]
    schema = pa.schema(
        [(name, pa.string()) for name in names] + [("_source_row", pa.int64()), ("_is_blank", pa.bool_())]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _columns(place: str, contract: Contract, sheet: Sheet) -> list[str]:
    """The column of every cell of a row."""
    columns: list[str] = []
    for number, cell in enumerate(sheet.header, 1):
        name = column_named(contract, cell) or cell
        if not name or name.startswith("_"):
            raise FileRefused(
                place, f"row {sheet.header_row}, column {number}: the header cell {cell!r} names no column"
            )
        if name in columns:
            raise FileRefused(place, f"row {sheet.header_row}: the column {name} is there twice")
        columns.append(name)
    missing = [f.name for f in contract.fields if f.required and f.name not in columns and f.name != "app_id"]
    if missing or ("app_id" not in columns and contract.entity == "apps"):
        raise FileRefused(
            place,
            f"row {sheet.header_row}: the required column {(missing or ['app_id'])[0]} is missing; write it as "
            f"{' or '.join(_names((missing or ['app_id'])[0]))}; the header reads {', '.join(sheet.header)[:160]}",
        )
    unknown = [name for name in columns if name not in {field.name for field in contract.fields}]
    if unknown:
        log.info("%s: columns %s are not used; they are kept in _extra", place, ", ".join(unknown))
    return columns


def _names(column: str) -> list[str]:
    return list(dict.fromkeys(column_title(column, language) for language in ("en", "zh")))


def _row(place: str, contract: Contract, columns: list[str], row: SheetRow) -> dict[str, object]:
    raw = dict(zip(columns, row.cells, strict=False)) if row.problem is None else {}
    found: dict[str, object] = {
        "_source_row": row.number,
        "_is_blank": row.is_blank,
        "_raw_text": ",".join(row.cells),
    }
    if row.is_blank:
        return found
    problem = row.problem
    for field in contract.fields:
        if problem:
            break
        try:
            is_absent = field.name == "app_id" and "app_id" not in columns
            found[field.name] = cell_text(
                contract, field, DEFAULT_APP if is_absent else raw.get(field.name, "")
            )
        except BadCell as error:
            problem = (error.code, f"column {field.name}: {error}")
    if problem:
        reason = f"row {row.number}, {problem[1]}"
        if contract.entity != ALL_OR_NOTHING:
            log.warning("%s, %s; the row is put aside", place, reason)
        return found | {"_reason_code": problem[0], "_reason": f"{place}, {reason}"}
    known = {field.name for field in contract.fields}
    return found | {name: text.strip() or None for name, text in raw.items() if name not in known}
