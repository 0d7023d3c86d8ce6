"""Tables of the workbook: headers, encodings, cells, snapshots."""

import logging
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from ingestion.sources.ops_workbook import pull
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

APPS = "app_id,app_name,timezone,currency\nshop,商店,Asia/Shanghai,CNY\n"
COSTS = "app_id,channel,cost_date,amount,currency,note\n"


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    return CompanyFolder(tmp_path)


def refusals(company: CompanyFolder) -> list[str]:
    return [
        f"{refusal.file_name}: {refusal.reason}"
        for result in pull(company.settings)
        for refusal in result.refused
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_the_encodings_of_the_region(company: CompanyFolder, encoding: str) -> None:
    company.put("ops_workbook/apps.csv", APPS.encode(encoding))
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/ops_workbook/apps.csv": (1, 1, 0, 0, 0)}
    (row,) = company.landed("ops_workbook", "apps")
    assert (row["app_name"], row["_source_row"]) == ("商店", 2)


def test_chinese_names_of_table_and_columns(company: CompanyFolder) -> None:
    text = "应用ID;渠道;费用日期;金额;币种;备注;部门\nshop;地推;2026/3/5;1,234.50;cny;北京;市场\n"
    company.put("ops_workbook/渠道成本.csv", text.encode("gb18030"))
    pull(company.settings)
    (row,) = company.landed("ops_workbook", "channel_costs")
    assert (row["cost_date"], row["amount"], row["currency"]) == (date(2026, 3, 5), Decimal("1234.5"), "CNY")
    assert row["_extra"] == '{"部门":"市场"}'


def test_an_xlsx_has_a_sheet_per_table(company: CompanyFolder) -> None:
    book = openpyxl.Workbook()
    book.active.title = "apps"
    book.active.append(["app_id", "app_name", "timezone", "launch_date"])
    book.active.append(["shop", "Shop", "Asia/Shanghai", date(2026, 1, 1)])
    fx = book.create_sheet("汇率")
    fx.append(["rate_date", "currency", "rate_to_reporting"])
    fx.append([datetime(2026, 3, 1), "USD", 7.1234])  # noqa: DTZ001
    fx.append([" ", None, None])
    book.create_sheet("notes").append(["free text"])
    path = company.put("ops_workbook/company.xlsx", "")
    book.save(path)
    (result,) = pull(company.settings)
    assert {file.entity: (file.rows_landed, file.rows_blank) for file in result.files} == {
        "apps": (1, 0),
        "fx_rates": (1, 1),
    }
    assert company.landed("ops_workbook", "apps")[0]["launch_date"] == date(2026, 1, 1)
    (rate,) = company.landed("ops_workbook", "fx_rates")
    assert (rate["rate_date"], rate["rate_to_reporting"]) == (date(2026, 3, 1), Decimal("7.1234"))


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("workbook.xlsx", b"this is no spreadsheet", ["workbook.xlsx", "no workbook"]),
        ("apps.csv", "app_name,timezone\nShop,Asia/Shanghai\n", ["apps.csv", "row 1", "app_id"]),
        ("apps.csv", APPS.replace("Shanghai", "Shangai"), ["row 2", "timezone", "Asia/Shangai", "Asia/Shanghai"]),
        ("apps.csv", APPS.replace("CNY", "RMB"), ["row 2", "currency", "RMB", "CNY"]),
        ("apps.csv", APPS.replace("timezone", "app_name"), ["app_name", "twice"]),
        ("apps.csv", "", ["apps.csv", "empty"]),
        ("apps.csv", b"\x00\x01\xff\xfe", ["apps.csv"]),
        ("aps.csv", APPS, ["aps", "apps"]),
        ("apps.xls", b"\xd0\xcf", [".xlsx"]),
        ("fx_rates.csv", "rate_date,currency\n2026-01-01,USD\n", ["fx_rates.csv", "rate_to_reporting"]),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_one_line(
    company: CompanyFolder, file: str, content: str | bytes, words: list[str]
) -> None:
    company.put(f"ops_workbook/{file}", content)
    (line,) = refusals(company)
    assert all(word in line for word in words), line
    assert "\n" not in line
    assert refusals(company) == [line], "it is looked at again until it is right"


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        ("shop,kol,2026-02-30,1,CNY,a", "not_a_date", "column cost_date: '2026-02-30'"),
        ("shop,kol,,1,CNY,a", "missing_required", "column cost_date: is empty"),
        ("shop,kol,2026-03-01,1 元,CNY,a", "not_a_decimal", "column amount"),
        ("shop,kol,2026-03-01,1.1234567,CNY,a", "too_many_digits", "column amount"),
        ("shop,kol,2026-03-01,1,RMB,a", "unknown_currency", "column currency: 'RMB'"),
        ("shop,kol,2026-03-01,1,CNY", "ragged_row", "5 cells"),
        ("shop,kol,2026-03-01,1,CNY,a,b", "ragged_row", "7 cells"),
    ],
)
def test_one_bad_row_is_put_aside_and_named(
    company: CompanyFolder, cells: str, code: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    company.put("ops_workbook/channel_costs.csv", f"{COSTS}{cells}\n\nshop,kol,2026-03-01,2,CNY,good\n")
    with caplog.at_level(logging.WARNING):
        (result,) = pull(company.settings)
    assert counts(result) == {"inbox/ops_workbook/channel_costs.csv": (3, 1, 0, 1, 1)}
    (row,) = company.put_aside("ops_workbook", "channel_costs")
    assert (row["line_number"], row["reason_code"], row["raw_text"]) == (2, code, cells)
    assert f"channel_costs.csv, row 2, {words}" in caplog.text


def test_a_bad_header_keeps_the_table_of_yesterday(company: CompanyFolder) -> None:
    company.put("ops_workbook/apps.csv", APPS)
    company.put("ops_workbook/channel_costs.csv", COSTS)
    company.accept(pull(company.settings))
    company.put("ops_workbook/apps.csv", "name\nShop\n")
    company.put("ops_workbook/channel_costs.csv", COSTS + "shop,kol,2026-03-01,2,CNY,new\n")
    (result,) = pull(company.settings)
    assert [refusal.file_name for refusal in result.refused] == ["inbox/ops_workbook/apps.csv"]
    assert [file.entity for file in result.files] == ["channel_costs"]


def test_only_changed_tables_are_landed_and_an_old_content_may_return(company: CompanyFolder) -> None:
    company.put("ops_workbook/channel_costs.csv", COSTS)
    for text, expected in [
        (APPS, {"apps", "channel_costs"}),
        (APPS + "club,,,\n", {"apps"}),
        (APPS, {"apps"}),
    ]:
        company.put("ops_workbook/apps.csv", text)
        (result,) = pull(company.settings)
        assert {file.entity for file in result.files} == expected
        company.accept([result])
        assert pull(company.settings) == []


def test_a_table_in_two_files_is_refused(company: CompanyFolder) -> None:
    company.put("ops_workbook/apps.csv", APPS)
    company.put("ops_workbook/应用.csv", APPS)
    (line,) = refusals(company)
    assert "also in inbox/ops_workbook/apps.csv" in line


def test_one_app_need_not_be_named_and_an_end_date_is_inclusive(company: CompanyFolder) -> None:
    text = "activity_id,start_at,end_at\n618,2026-06-01 10:00,2026/6/18\n"
    company.put("ops_workbook/activities.csv", text)
    pull(company.settings)
    (row,) = company.landed("ops_workbook", "activities")
    assert (row["app_id"], row["start_at"]) == ("default", datetime(2026, 6, 1, 10))  # noqa: DTZ001
    assert row["end_at"] == datetime(2026, 6, 18, 23, 59, 59, 999999)  # noqa: DTZ001


def test_a_workbook_saved_while_it_is_read_is_read_again(
    company: CompanyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = company.put("ops_workbook/apps.csv", APPS)
    read_bytes = Path.read_bytes

    def read_and_save(self: Path) -> bytes:
        content = read_bytes(self)
        path.write_text(APPS.replace("商店", "新店"), "utf-8")
        return content

    with monkeypatch.context() as saving:
        saving.setattr(Path, "read_bytes", read_and_save)
        pull(company.settings)
    pull(company.settings)
    assert [row["app_name"] for row in company.landed("ops_workbook", "apps")] == ["商店", "新店"]
