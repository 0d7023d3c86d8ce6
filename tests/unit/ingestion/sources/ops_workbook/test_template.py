"""The empty workbook that people get: what they fill in is read back, and what they may choose is there."""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import load_workbook

from ingestion.contract import Contract, Field
from ingestion.sources.ops_workbook import pull
from ingestion.sources.ops_workbook.aliases import column_title, table_title
from ingestion.sources.ops_workbook.cells import example
from ingestion.sources.ops_workbook.contracts import CONTRACTS, EVENT_CATALOG, MEASURES
from ingestion.sources.ops_workbook.currencies import CURRENCIES
from ingestion.sources.ops_workbook.template import LISTS, main, write_template
from tests.unit.ingestion.sources.company_folder import CompanyFolder


def as_typed(field: Field) -> Any:
    """The example of the note, as Excel would keep it."""
    text = example(field)
    if pa.types.is_timestamp(field.type):
        return datetime.fromisoformat(text)
    if pa.types.is_date(field.type):
        return date.fromisoformat(text)
    if pa.types.is_boolean(field.type):
        return text == "true"
    return (
        float(Decimal(text)) if pa.types.is_integer(field.type) or pa.types.is_decimal(field.type) else text
    )


def landed_value(field: Field) -> Any:
    value = as_typed(field)
    if pa.types.is_decimal(field.type):
        return Decimal(example(field))
    return int(value) if pa.types.is_integer(field.type) else value


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_filled_in_by_its_own_notes_is_read_back(tmp_path: Path, language: str) -> None:
    path = tmp_path / "inbox" / "ops_workbook" / "ours.xlsx"
    write_template(path, language=language)
    workbook = load_workbook(path)
    for contract in CONTRACTS:
        sheet = workbook[table_title(contract, language)]
        titles = [cell.value for cell in sheet[1]]
        assert titles == [column_title(field.name, language) for field in contract.fields]
        sheet.append([as_typed(field) for field in contract.fields])
    workbook.save(path)
    company = CompanyFolder(tmp_path)
    (result,) = pull(company.settings)
    assert result.refused == ()
    for contract in CONTRACTS:
        (row,) = company.landed("ops_workbook", contract.entity)
        assert {f.name: row[f.name] for f in contract.fields} == {
            f.name: landed_value(f) for f in contract.fields
        }
        assert row["_extra"] is None


def test_an_empty_template_is_tables_without_rows(tmp_path: Path) -> None:
    write_template(tmp_path / "inbox" / "ops_workbook" / "ours.xlsx")
    (result,) = pull(CompanyFolder(tmp_path).settings)
    assert {file.entity: file.rows_read for file in result.files} == {c.entity: 0 for c in CONTRACTS}


def _choices(path: Path, contract: Contract) -> dict[str, str]:
    """Column → formula of its drop-down."""
    sheet = load_workbook(path)[contract.entity]
    rules = {
        str(rule.sqref).split(":")[0][0]: rule.formula1 for rule in sheet.data_validations.dataValidation
    }
    return {field.name: rules[chr(65 + n)] for n, field in enumerate(contract.fields) if chr(65 + n) in rules}


def test_enumerations_are_drop_downs_and_long_ones_stand_in_a_hidden_sheet(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    write_template(path, language="en")
    found = {contract.entity: _choices(path, contract) for contract in CONTRACTS}
    assert found["apps"]["week_start"] == '"monday,sunday"'
    assert found["kpi_targets"]["grain"] == '"day,week,month"'
    assert found["event_catalog"]["is_active_event"] == '"true,false"'
    workbook = load_workbook(path)
    assert workbook[LISTS].sheet_state == "hidden"
    columns = {
        column[0].value: [cell.value for cell in column[1:] if cell.value]
        for column in workbook[LISTS].columns
    }
    assert columns["currency"] == sorted(CURRENCIES)
    assert found["apps"]["currency"] == f"{LISTS}!$A$2:$A${len(CURRENCIES) + 1}"
    assert found["event_catalog"]["measure"].strip('"').split(",") == list(MEASURES)
    with zipfile.ZipFile(path) as parts:
        longest = max(
            len(formula.partition("</formula1>")[0])
            for name in parts.namelist() if "worksheets/sheet" in name
            for formula in parts.read(name).decode().split("<formula1>")[1:]
        )  # fmt: skip
    assert longest <= 257, "Excel refuses to open a file with a longer list"


def test_every_header_says_what_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    write_template(path, [EVENT_CATALOG], "en")
    header = load_workbook(path)["event_catalog"][1]
    assert all(cell.comment and "for example" in cell.comment.text for cell in header)
    assert "required" in header[0].comment.text


def test_the_command_overwrites_nothing_and_knows_its_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"OPS_DATA_DIR": str(tmp_path), "TABLES": "apps, 活动", "LANGUAGE": "en_US:en"}
    assert main(environ) == 0
    assert load_workbook(tmp_path / "ops_workbook-template.xlsx").sheetnames == ["apps", "activities", LISTS]
    assert main(environ) == 2
    assert "is there already" in capsys.readouterr().err
    assert main({**environ, "TABLES": "app"}) == 2
    assert "app is no table of the workbook; write some of apps, event_catalog" in capsys.readouterr().err
