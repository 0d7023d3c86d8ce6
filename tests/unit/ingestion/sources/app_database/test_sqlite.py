"""Tables of a SQLite database: exact text, what changed, what is missing, what failed."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.database_config import AppDatabase
from ingestion.errors import SourceError
from ingestion.settings import Settings
from ingestion.sources.app_database import pull
from tests.unit.ingestion.sources.company_folder import AS_OF, CompanyFolder, counts

SHOP = AppDatabase(name="shop", url="sqlite:///company/app.db")
ORDERS = "create table orders (app_id text, order_id text, user_id text, gross_amount {kind}, paid_at text, note text)"


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    (tmp_path / "company").mkdir()
    return CompanyFolder(tmp_path)


def execute(company: CompanyFolder, *statements: str, file: str = "app.db") -> None:
    with closing(sqlite3.connect(company.path / "company" / file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def order(number: int, amount: str) -> str:
    return f"insert into orders values ('shop', 'o{number}', 'u1', {amount}, '2026-03-30 04:00:00', 'x')"


def later(company: CompanyFolder, minutes: int = 60) -> Settings:
    return Settings(company.path, AS_OF + timedelta(minutes=minutes))


def test_rows_land_with_the_outcome_of_each_table(company: CompanyFolder) -> None:
    users = "create table users (user_id integer, app_id text, registered_at integer)"
    execute(
        company,
        ORDERS.format(kind="text"),
        order(1, "'12.30'"),
        users,
        "insert into users values (7, 'shop', 1774843200)",
    )
    (result,) = pull(company.settings, [SHOP])
    assert counts(result) == {
        "shop.users": (1, 1, 0, 0, 0),
        "shop.orders": (1, 1, 0, 0, 0),
        "pulls of shop": (2, 2, 0, 0, 0),
    }
    (row,) = company.landed("app_database", "orders")
    assert (row["gross_amount"], row["discount_amount"], row["_extra"]) == (Decimal("12.300000"), None, None)
    assert row["paid_at"] == datetime(2026, 3, 30, 4, tzinfo=UTC)
    (user,) = company.landed("app_database", "users")
    assert (user["user_id"], user["registered_at"]) == ("7", datetime(2026, 3, 30, 4, tzinfo=UTC))
    pulls = {
        row["entity"]: (row["account_id"], row["status"], row["rows"])
        for row in company.landed("app_database", "pulls")
    }
    assert pulls == {"users": ("shop", "complete", 1), "orders": ("shop", "complete", 1)}
    assert {row["observed_at"] for row in company.landed("app_database", "pulls")} == {AS_OF}


def test_a_second_pull_lands_what_changed_and_records_that_it_asked(company: CompanyFolder) -> None:
    execute(company, ORDERS.format(kind="text"), order(1, "'1.00'"), order(2, "'2.00'"))
    company.accept(pull(company.settings, [SHOP]))
    execute(company, "update orders set gross_amount = '3.00' where order_id = 'o2'")
    assert pull(company.settings, [SHOP]) == [], "the same moment was observed whole before"
    (result,) = pull(later(company), [SHOP])
    assert counts(result) == {"shop.orders": (2, 1, 1, 0, 0), "pulls of shop": (1, 1, 0, 0, 0)}
    company.accept([result])
    (result,) = pull(later(company, 120), [SHOP])
    assert counts(result) == {"shop.orders": (2, 0, 2, 0, 0), "pulls of shop": (1, 1, 0, 0, 0)}


@pytest.mark.parametrize("kind", ["real", "numeric", "decimal(20, 2)", "double"])
def test_money_in_a_floating_column_is_exact_or_put_aside(company: CompanyFolder, kind: str) -> None:
    execute(
        company, ORDERS.format(kind=kind), order(1, "12.34"), order(2, "0.1 + 0.2"), order(3, "1999"),
        order(4, "12345678901234.56"), order(5, "0.00001"),
    )  # fmt: skip
    pull(company.settings, [SHOP])
    landed = {row["order_id"]: row["gross_amount"] for row in company.landed("app_database", "orders")}
    assert landed == {"o1": Decimal("12.34"), "o3": Decimal(1999), "o5": Decimal("0.00001")}
    put_aside = company.put_aside("app_database", "orders")
    assert [(row["line_number"], row["reason_code"]) for row in put_aside] == [
        (2, "inexact_money"),
        (4, "inexact_money"),
    ]
    assert "gross_amount" in put_aside[0]["reason"]


def test_a_missing_required_column_is_one_clear_line(company: CompanyFolder) -> None:
    execute(company, "create table orders (app_id text, order_id text, gross_amount text)")
    execute(company, "create table creators (app_id text, creator_id text)")
    results = pull(company.settings, [SHOP])
    assert [failure.account_id for failure in results.failures] == ["shop"]
    assert (
        "database shop, table orders: the required column user_id is missing" in results.failures[0].message
    )
    statuses = {row["entity"]: row["status"] for row in company.landed("app_database", "pulls")}
    assert statuses == {"orders": "failed", "creators": "complete"}


def test_one_database_never_stops_the_others(company: CompanyFolder) -> None:
    execute(company, ORDERS.format(kind="text"), order(1, "'1.00'"))
    lost = AppDatabase(name="lost", url="sqlite:///company/none.db")
    results = pull(company.settings, [lost, SHOP])
    assert len(company.landed("app_database", "orders")) == 1
    assert "none.db" in results.failures[0].message


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///company/none.db", "there is no file"),
        ("sqlite:///company/text.db", "no SQLite database"),
        ("sqlite:///company/empty.db", "has none of the tables"),
    ],
)
def test_when_no_database_can_be_read_the_pull_says_why(company: CompanyFolder, url: str, words: str) -> None:
    (company.path / "company" / "text.db").write_text("this is no database" * 100, "utf-8")
    execute(company, "create table things (a text)", file="empty.db")
    with pytest.raises(SourceError, match=words) as raised:
        pull(company.settings, [AppDatabase(name="shop", url=url)])
    assert "\n" not in str(raised.value)


def test_an_absolute_path_and_an_empty_table(company: CompanyFolder) -> None:
    execute(company, ORDERS.format(kind="text"))
    (result,) = pull(
        company.settings, [AppDatabase(name="shop", url=f"sqlite:///{company.path}/company/app.db")]
    )
    assert counts(result) == {"shop.orders": (0, 0, 0, 0, 0), "pulls of shop": (1, 1, 0, 0, 0)}


def test_a_large_table_is_read_in_steps(company: CompanyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.sources.app_database.sqlite_tables.FETCH_ROWS", 4)
    execute(company, ORDERS.format(kind="text"), *(order(number, "'1.00'") for number in range(50)))
    pull(company.settings, [SHOP])
    assert [row["_source_row"] for row in company.landed("app_database", "orders")] == list(range(1, 51))
    (row,) = company.landed("app_database", "pulls")
    assert row["rows"] == 50


def test_bytes_that_are_no_text_put_their_row_aside(company: CompanyFolder) -> None:
    execute(
        company,
        "create table contents (app_id text, content_id text, title text)",
        "insert into contents values ('shop', 'c1', '好')",
        "insert into contents values ('shop', 'c2', cast(x'e5a5' as text))",
        "insert into contents values ('shop', 'c3', x'00ff')",
        "insert into contents values ('shop', 'c4', null)",
        "insert into contents values ('shop', 5, 1.50)",
    )
    company.accept(pull(company.settings, [SHOP]))
    landed = [(row["content_id"], row["title"]) for row in company.landed("app_database", "contents")]
    assert landed == [("c1", "好"), ("c4", None), ("5", "1.5")]
    aside = [
        (row["line_number"], row["reason_code"]) for row in company.put_aside("app_database", "contents")
    ]
    assert aside == [(2, "invalid_utf8"), (3, "not_text")]
    assert "xe5" in company.put_aside("app_database", "contents")[0]["raw_text"]


def test_every_kind_of_time_that_sqlite_holds_is_compared(company: CompanyFolder) -> None:
    """2026-03-30 04:00 UTC in seven spellings; what SQLite cannot read as a time is read each time."""
    moments = (
        "1774843200", "1774843200000", "1774843200000000", "'2026-03-30 04:00:00'", "'2026-03-30T12:00:00+08:00'",
        "'2026-03-30T04:00:00.25Z'", "'1774843200'",
    )  # fmt: skip
    execute(
        company,
        "create table creators (app_id text, creator_id text, updated_at)",
        *(f"insert into creators values ('shop', 'c{n}', {m})" for n, m in enumerate(moments)),
        "insert into creators values ('shop', 'newest', '2026-03-31 04:00:00')",
    )
    company.accept(pull(company.settings, [SHOP]))
    assert len(company.landed("app_database", "creators")) == 8
    (result,) = pull(later(company), [SHOP])
    assert counts(result)["shop.creators"] == (2, 0, 2, 0, 0), "the newest, and the epoch that is text"


def test_a_reading_that_takes_too_long_is_broken_off(company: CompanyFolder) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select 'shop' as app_id, i as creator_id"
    execute(company, f"create view creators as {endless} from n where i < 0")
    slow = SHOP.model_copy(update={"statement_timeout_seconds": 1})
    with pytest.raises(
        SourceError, match="table creators: no answer within 1 s; raise statement_timeout_seconds"
    ):
        pull(company.settings, [slow])
