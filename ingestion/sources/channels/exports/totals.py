"""The total row of a download, wherever it stands, against the rows: a cut-off file or a wrong unit does not add up."""

from decimal import Decimal

from ingestion.errors import FileRefused
from ingestion.sources.channels.exports.cells import Number, Unreadable, cell_number, cell_text
from ingestion.sources.channels.exports.mapping import Column, Mapping
from ingestion.sources.spreadsheets.sheet import Sheet, SheetRow


def check_totals(
    file_name: str, mapping: Mapping, sheet: Sheet, columns: list[Column | None], is_put_aside: list[bool]
) -> None:
    """Raises FileRefused when a total is neither the sum of the rows nor that of the newest row of each content.

    With rows put aside the sum is not known: such a download is judged by its rows alone.
    """
    totals = [row for row in sheet.rows if not row.is_blank and mapping.is_total(row.cells)]
    if not totals or any(is_put_aside):
        return
    rows = [row for row in sheet.rows if not row.is_blank and not _adds_up(mapping, row)]
    newest = _newest(mapping, columns, rows)
    for place, column in enumerate(columns):
        if column is None or column.kind not in ("count", "seconds", "money"):
            continue
        for total in totals:
            told = _number(mapping, column, total, place)
            if told is None:
                continue
            sums = [_sum(mapping, column, part, place) for part in (rows, newest)]
            if not any(abs(told.value - of.value) <= told.tolerance + of.tolerance for of in sums):
                raise FileRefused(
                    file_name,
                    f"row {total.number}: the total of {sheet.header[place]} is {told.value:,f}, the rows add up to "
                    f"{sums[0].value:,f}: is the file cut off, or its unit another? download it again",
                )


def _adds_up(mapping: Mapping, row: SheetRow) -> bool:
    return mapping.is_total(row.cells) or mapping.is_subtotal(row.cells)


def _newest(mapping: Mapping, columns: list[Column | None], rows: list[SheetRow]) -> list[SheetRow]:
    """The last row of each content by date: a platform adds up cumulative counters as they stand at the end."""
    named = {column.name: (place, column) for place, column in enumerate(columns) if column}
    if "stat_date" not in named:
        return rows
    place, column = named.pop("stat_date")
    keys = [named[name][0] for name in mapping.contract.key if name in named]
    found: dict[tuple[str, ...], tuple[str, SheetRow]] = {}
    for row in rows:
        day = cell_text(mapping, column, row.cells[place]) or ""
        key = tuple(row.cells[number].strip() for number in keys)
        if key not in found or found[key][0] <= day:
            found[key] = (day, row)
    return [row for _, row in found.values()]


def _sum(mapping: Mapping, column: Column, rows: list[SheetRow], place: int) -> Number:
    numbers = [number for row in rows if (number := _number(mapping, column, row, place))]
    return Number(
        sum((number.value for number in numbers), Decimal(0)),
        sum((number.tolerance for number in numbers), Decimal(0)),
    )


def _number(mapping: Mapping, column: Column, row: SheetRow, place: int) -> Number | None:
    try:
        return cell_number(mapping, column, row.cells[place]) if place < len(row.cells) else None
    except Unreadable:
        return None
