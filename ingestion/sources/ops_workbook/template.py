"""`make workbook-template`: an empty workbook to fill in, with what each column means and what may stand in it.

A sheet per table; the header cell's note says what is wanted and gives an example; enumerations are drop-downs. What
is written here is read back by this package: same contracts, same names.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.contract import Contract, Field
from ingestion.errors import SourceError
from ingestion.sources.ops_workbook.aliases import column_title, table_named, table_title
from ingestion.sources.ops_workbook.cells import example
from ingestion.sources.ops_workbook.contracts import CONTRACTS
from ingestion.sources.ops_workbook.currencies import CURRENCIES

FILE_NAME = "ops_workbook-template.xlsx"
LANGUAGES = ("zh", "en")
#: Rows below the header that have drop-downs.
ROWS = 5_000
#: Excel takes a list of at most 255 characters in the cell rule itself; a longer one stands in a hidden sheet.
LONGEST_LIST = 255
LISTS = "_lists"
_REQUIRED, _OPTIONAL = PatternFill("solid", fgColor="FFE699"), PatternFill("solid", fgColor="E7E6E6")


def write_template(path: Path, contracts: Sequence[Contract] = CONTRACTS, language: str = "zh") -> None:
    """Write the workbook. Raises SourceError rather than overwrite a file."""
    if path.exists():
        raise SourceError(f"{path} is there already; move it away, or name another file with FILE=")
    workbook = Workbook()
    workbook.remove(workbook.active)
    lists = workbook.create_sheet(LISTS)
    for contract in contracts:
        _table(workbook.create_sheet(table_title(contract, language)), contract, language, lists)
    workbook.move_sheet(lists, len(contracts))
    lists.sheet_state = "hidden"
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)


def _table(sheet: Worksheet, contract: Contract, language: str, lists: Worksheet) -> None:
    sheet.freeze_panes = "A2"
    for number, field in enumerate(contract.fields, 1):
        letter = get_column_letter(number)
        cell = sheet.cell(1, number, column_title(field.name, language))
        cell.font, cell.fill = Font(bold=True), _REQUIRED if field.required else _OPTIONAL
        cell.comment = Comment(_note(contract, field), "ops warehouse", height=140, width=320)
        sheet.column_dimensions[letter].width = max(14, 2 * len(str(cell.value)))
        sheet.column_dimensions[letter].number_format = _number_format(field)
        if rule := _rule(field, lists):
            rule.add(f"{letter}2:{letter}{ROWS}")
            sheet.add_data_validation(rule)


def _note(contract: Contract, field: Field) -> str:
    words = [f"{field.name}: {field.description}"]
    if field.unit:
        words.append(f"unit 单位: {field.unit}")
    if field.name in contract.key:
        words.append("part of the key: no two rows alike in it 主键")
    words.append("required 必填" if field.required else "may be empty 可空")
    words.append(f"for example 例如: {example(field)}")
    return "\n".join(words)


def _number_format(field: Field) -> str:
    if pa.types.is_timestamp(field.type):
        return "yyyy-mm-dd hh:mm:ss"
    if pa.types.is_date(field.type):
        return "yyyy-mm-dd"
    # Text keeps the zeros before an id and all its digits; Excel rounds a number after the 15th.
    return "@" if pa.types.is_string(field.type) else "General"


def _rule(field: Field, lists: Worksheet) -> DataValidation | None:
    if field.choices or field.name == "currency":
        values = field.choices or tuple(sorted(CURRENCIES))
    elif pa.types.is_boolean(field.type):
        values = ("true", "false")
    else:
        return None
    formula = f'"{",".join(values)}"'
    if len(formula) > LONGEST_LIST:
        formula = _listed(lists, field.name, values)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = field.name, f"choose one of the list 请从列表中选择, such as {values[0]}"
    return rule


def _listed(lists: Worksheet, name: str, values: Sequence[str]) -> str:
    """The reference of a column of the hidden sheet that holds the values."""
    known = [cell.value for cell in lists[1]] if lists["A1"].value else []
    number = known.index(name) + 1 if name in known else len(known) + 1
    for row, value in enumerate((name, *values), 1):
        lists.cell(row, number, value)
    letter = get_column_letter(number)
    return f"{LISTS}!${letter}$2:${letter}${len(values) + 1}"


def main(environ: Mapping[str, str] = os.environ) -> int:
    """0 = written; 2 = not, with one line that says why. Environment: OPS_DATA_DIR, FILE, TABLES, LANGUAGE."""
    path = Path(environ.get("FILE") or Path(environ.get("OPS_DATA_DIR") or "data") / FILE_NAME)
    names = (environ.get("TABLES") or "").replace(",", " ").split()
    language = environ.get("LANGUAGE") or "zh"
    # LANGUAGE is also what a desktop sets, to values such as en_US:en.
    language = next((known for known in LANGUAGES if language.startswith(known)), "zh")
    try:
        contracts = []
        for name in names:
            contract = table_named(name)
            if contract is None:
                known = ", ".join(contract.entity for contract in CONTRACTS)
                raise SourceError(f"TABLES: {name} is no table of the workbook; write some of {known}")
            contracts.append(contract)
        write_template(path, contracts or CONTRACTS, language)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    print(
        f"written to {path}: fill it in and put it into inbox/ops_workbook/ (without the sheets you do not keep)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
