"""A table of text with the row numbers that a person sees in the file."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class SheetRow:
    """`number` is the row of the sheet, or the line of the CSV file, from 1. `problem` = (code, reason) or None."""

    number: int
    cells: tuple[str, ...]
    problem: tuple[str, str] | None = None

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """`name` is the sheet, or the stem of the CSV file; `header` is in row `header_row`."""

    name: str
    header: tuple[str, ...]
    header_row: int
    rows: tuple[SheetRow, ...]
    encoding: str = ""


#: Says whether the cells of a row are a header; downloads put a title above it.
IsHeader = Callable[[tuple[str, ...]], bool]


def is_not_blank(cells: tuple[str, ...]) -> bool:
    return any(cell.strip() for cell in cells)


def sheet_of_rows(
    name: str, rows: list[SheetRow], encoding: str = "", is_header: IsHeader = is_not_blank
) -> Sheet | None:
    """The sheet whose header is the first row that is one, else the first that is not blank; None without any.

    Trailing empty header cells are dropped; a row with another number of cells gets the problem `ragged_row`,
    but for empty cells at its end.
    """
    start = next((place for place, row in enumerate(rows) if is_header(row.cells)), None)
    if start is not None and is_header is not is_not_blank:
        # A header of two rows: the lower one names the columns, words merged over both stand in each.
        while start + 1 < len(rows) and is_header(rows[start + 1].cells):
            start += 1
    if start is None:
        start = next((place for place, row in enumerate(rows) if not row.is_blank), None)
    if start is None:
        return None
    header = _without_empty_end(tuple(cell.strip() for cell in rows[start].cells))
    body = tuple(_fitted(row, len(header)) for row in rows[start + 1 :])
    return Sheet(name, header, rows[start].number, body, encoding)


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _fitted(row: SheetRow, width: int) -> SheetRow:
    if row.is_blank:
        return SheetRow(row.number, ("",) * width)
    if len(row.cells) == width:
        return row
    if len(row.cells) > width and len(_without_empty_end(row.cells)) <= width:
        return SheetRow(row.number, row.cells[:width], row.problem)
    reason = f"{len(row.cells)} cells, the header has {width}; quote cells that hold a comma"
    return SheetRow(row.number, row.cells, row.problem or ("ragged_row", reason))
