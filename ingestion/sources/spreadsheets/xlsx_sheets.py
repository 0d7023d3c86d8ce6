"""XLSX as sheets of text. Excel keeps numbers as doubles: one with more than 15 digits was rounded by Excel."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from ingestion.errors import FileRefused
from ingestion.sources.spreadsheets.sheet import IsHeader, Sheet, SheetRow, is_not_blank, sheet_of_rows

ROUNDED = 10**15


def xlsx_sheets(file_name: str, path: Path, is_header: IsHeader = is_not_blank) -> dict[str, Sheet]:
    """Sheets that are not empty, by name. Raises FileRefused."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        tables = {name: _table(workbook.get_sheet_by_name(name)) for name in workbook.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(
            file_name, f"is no workbook that can be read ({error}); save it as .xlsx again"
        ) from error
    sheets = {}
    for name, rows in tables.items():
        sheet = sheet_of_rows(name.strip(), rows, "", is_header)
        if sheet is not None:
            sheets[sheet.name] = sheet
    return sheets


def _table(sheet: CalamineSheet) -> list[SheetRow]:
    """Rows of a sheet. A text or date that is merged downwards stands in each of its rows, as a person reads it; a
    number belongs to all of them together, so that its rows are a problem. Cells merged sideways stay as they are.
    """
    values = sheet.to_python(skip_empty_area=False)
    shared: set[int] = set()
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        value = values[first][column] if first < len(values) and column < len(values[first]) else ""
        for number in range(first + 1, min(last + 1, len(values))):
            if isinstance(value, float | int) and not isinstance(value, bool):
                shared |= {first, number}
            else:
                values[number][column] = value
    rows = [_row(number, row) for number, row in enumerate(values, 1)]
    return [_of_several(row) if row.number - 1 in shared else row for row in rows]


def _of_several(row: SheetRow) -> SheetRow:
    reason = "a number in a merged cell belongs to several rows; split the cell"
    return SheetRow(row.number, row.cells, row.problem or ("merged_number", reason))


def _row(number: int, values: Sequence[object]) -> SheetRow:
    rounded = [value for value in values if isinstance(value, float) and abs(value) >= ROUNDED]
    problem = None
    if rounded:
        reason = f"{cell_text(rounded[0])} has more than 15 digits, Excel rounded it; format the cell as text"
        problem = ("rounded_number", reason)
    return SheetRow(number, tuple(cell_text(value) for value in values), problem)


def cell_text(value: object) -> str:
    """Text of a cell: whole numbers without a point, dates and times in ISO form."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # 15 digits are what Excel itself keeps and shows.
        return f"{value:.0f}" if value.is_integer() else format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds()).removesuffix(".0")
    return str(value)
