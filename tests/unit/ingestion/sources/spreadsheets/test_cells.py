"""Cells of XLSX and the shape of sheets."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from ingestion.errors import FileRefused
from ingestion.sources.spreadsheets.csv_sheet import csv_sheet, decoded
from ingestion.sources.spreadsheets.xlsx_sheets import cell_text, xlsx_sheets


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" a ", " a "),
        (True, "true"),
        (12.0, "12"),
        (0.1, "0.1"),
        (1234.5678, "1234.5678"),
        (1e-7, "0.0000001"),
        (-3, "-3"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1), "2026-03-01"),  # noqa: DTZ001
        (datetime(2026, 3, 1, 9, 30), "2026-03-01 09:30:00"),  # noqa: DTZ001
        (time(9, 30), "09:30:00"),
        (timedelta(seconds=90), "90"),
    ],
)
def test_a_cell_has_one_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_number_that_excel_rounded_is_a_problem(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "n"])
    book.active.append([12345678901234567890, 1])
    book.active.append(["12345678901234567890", 2])
    book.save(tmp_path / "a.xlsx")
    first, second = xlsx_sheets("a.xlsx", tmp_path / "a.xlsx")["Sheet"].rows
    assert first.problem is not None
    assert first.problem[0] == "rounded_number"
    assert (second.cells, second.problem) == (("12345678901234567890", "2"), None)


@pytest.mark.parametrize(
    ("data", "encoding"), [("中".encode(), "utf-8"), ("中".encode("gbk"), "gb18030"), (b"a", "utf-8")]
)
def test_an_encoding_is_found_strictly(data: bytes, encoding: str) -> None:
    assert decoded("a.csv", data)[1] == encoding


def test_bytes_of_no_encoding_are_refused() -> None:
    with pytest.raises(FileRefused, match="no encoding"):
        decoded("a.csv", b"\xff\xff\x81")


def test_empty_cells_at_the_end_make_no_ragged_row() -> None:
    sheet = csv_sheet("a.csv", "a", b"x,y,,\n1,2,,,\n3,4\n5\n\n")
    assert sheet is not None
    assert sheet.header == ("x", "y")
    assert [row.cells for row in sheet.rows[:2]] == [("1", "2"), ("3", "4")]
    assert sheet.rows[2].problem is not None
    assert (sheet.rows[3].is_blank, sheet.rows[3].number) == (True, 5)
