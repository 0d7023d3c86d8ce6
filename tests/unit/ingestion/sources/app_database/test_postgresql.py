"""What only PostgreSQL has: its types, errors and secrets; and the same rows through both databases are the same."""

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.errors import SourceError
from ingestion.sources.app_database.floating_money import is_exact
from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase

pytestmark = pytest.mark.xdist_group("postgresql")
NewServer = Callable[[], str]


@pytest.fixture
def server(tmp_path: Path, new_postgresql: NewServer) -> CompanyDatabase:
    return CompanyDatabase(tmp_path, new_postgresql())


TICKETS = """create table tickets (app_id text, ticket_id {key}, user_id text, created_at {time}, feedback_type text,
    satisfaction_score {whole}, updated_at {time})"""
ORDERS = """create table orders (app_id text, order_id text, user_id text, paid_at {time}, gross_amount {money},
    discount_amount {money}, currency_code text, updated_at {time})"""
#: Quotes, line ends, an emoji, blanks at the ends; null in the first rows; nothing but zeros; an amount of 20 digits;
#: one that is too exact and one that is negative.
ROWS = (
    "insert into orders values ('shop', 'o1', 'u1', null, {q}0.00{q}, null, null, null)",
    "insert into orders values ('shop', 'o2', ' 张伟 😀 ', "
    "'2026-03-30 04:00:00.123456+00:00', {q}12345678901234.123456{q}, {q}0{q}, 'CNY', '2026-03-30 04:00:00+00:00')",
    "insert into orders values ('shop', 'o''3', 'a\"b', '2026-03-30 12:00:00+08:00', {q}0.10{q}, {q}1.5{q}, '', "
    "'2026-03-30 04:00:00+00:00')",
    "insert into orders values "
    "('shop', 'o4', 'line\nend', null, {q}123456789012345678901234.123456{q}, null, null, null)",
    "insert into orders values ('shop', 'o5', 'u1', null, {q}-1{q}, null, null, null)",
    "insert into orders values ('shop', null, 'u1', null, {q}1{q}, null, null, null)",
    "insert into tickets values ('shop', {q}7{q}, null, '2026-03-30 04:00:00+00:00', 'complaint', null, null)",
    "insert into tickets values ('shop', {q}8{q}, 'u1', '2026-03-30 04:00:00+00:00', 'question', 5, null)",
)


def test_the_same_rows_through_both_databases_are_the_same_raw_rows(
    tmp_path: Path, new_postgresql: NewServer
) -> None:
    file, server = CompanyDatabase(tmp_path / "file"), CompanyDatabase(tmp_path / "server", new_postgresql())
    texts = {"key": "integer", "time": "text", "money": "text", "whole": "integer"}
    file.execute(TICKETS.format(**texts), ORDERS.format(**texts), *(row.format(q="'") for row in ROWS))
    exact = {"key": "bigint", "time": "timestamptz", "money": "numeric", "whole": "smallint"}
    server.execute(TICKETS.format(**exact), ORDERS.format(**exact), *(row.format(q="") for row in ROWS))
    bookkeeping = {"_batch_id", "_loaded_at"}
    found = {}
    for database in (file, server):
        database.pull()
        landed = [
            {name: value for name, value in row.items() if name not in bookkeeping}
            for entity in ("orders", "tickets")
            for row in database.rows(entity)
        ]
        aside = [
            (row["line_number"], row["reason_code"], row["reason"])
            for row in database.folder.put_aside("app_database", "orders")
        ]
        found[database.kind] = (landed, aside)
    assert found["sqlite"] == found["postgresql"]
    landed, aside = found["postgresql"]
    assert [row.get("order_id", row.get("ticket_id")) for row in landed] == ["o1", "o2", "o'3", "7", "8"]
    assert landed[1]["gross_amount"] == Decimal("12345678901234.123456")
    assert landed[2]["paid_at"] == datetime(2026, 3, 30, 4, tzinfo=UTC)
    assert [code for _, code, _ in aside] == ["not_a_decimal", "out_of_bounds", "missing_required"]
    assert "123456789012345678901234.123456" in aside[0][2], "all digits are there to be looked at"


def test_types_of_the_server_are_read_exactly(server: CompanyDatabase) -> None:
    server.execute(
        "create type stage as enum ('paid', 'open')",
        "create domain amount as numeric(30, 6)",
        "create schema trade",
        """create table trade."T_Order" ("ID" uuid, buyer bigint, "when" timestamp, "day" date, total amount,
            cut money, state stage, rate double precision)""",
        """insert into trade."T_Order" values ('00000000-0000-0000-0000-000000000001', 9007199254740993,
            '2026-03-30 04:00:00.5', '2026-03-30', 12345678901234.123456, 1234.5, 'paid', 12.34),
            ('00000000-0000-0000-0000-000000000002', 1, null, null, 1, 0, 'open', 0.1::float8 + 0.2::float8)""",
    )
    columns = {
        "order_id": "ID", "user_id": "buyer", "paid_at": "when", "updated_at": "day", "gross_amount": "total",
        "discount_amount": "cut", "status": "state",
    }  # fmt: skip
    mapping = {"table": "trade.T_Order", "app_id": "harbor", "columns": columns}
    server.pull(tables={"orders": mapping})
    first = server.rows("orders")[0]
    assert (first["app_id"], first["user_id"], first["status"]) == ("harbor", "9007199254740993", "paid")
    assert (first["gross_amount"], first["discount_amount"]) == (
        Decimal("12345678901234.123456"),
        Decimal("1234.5"),
    )
    assert first["paid_at"] == datetime(2026, 3, 30, 4, 0, 0, 500_000, tzinfo=UTC)
    assert first["updated_at"] == datetime(2026, 3, 30, tzinfo=UTC)
    server.pull(1, tables={"orders": {**mapping, "columns": {**columns, "gross_amount": "rate"}}})
    assert server.rows("orders")[-1]["gross_amount"] == Decimal("12.34")
    (aside,) = server.folder.put_aside("app_database", "orders")
    assert aside["reason_code"] == "inexact_money"
    assert "0.30000000000000004" in aside["reason"]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("12.34", "double precision", True), ("123456789012345", "double precision", True),
        ("1234567890123456", "double precision", False), ("1e+22", "double precision", True),
        ("0.30000000000000004", "double precision", False), ("NaN", "double precision", False),
        ("123456", "real", True), ("1234567", "real", False), ("-0.5", "real", True), ("0", "real", True),
    ],
)  # fmt: skip
def test_an_amount_in_a_float_is_exact_up_to_its_digits(text: str, kind: str, expected: bool) -> None:
    assert is_exact(text, kind) is expected


def test_nothing_is_written_and_all_tables_are_of_one_moment(server: CompanyDatabase) -> None:
    server.execute(
        "create table creators (app_id text, creator_id text)",
        "create table written (a int)",
        "create function note() returns text language plpgsql as "
        "$$ begin insert into written values (1); return 'c1'; end $$",
        "create view contents as select 'shop'::text as app_id, note() as content_id",
    )
    results = server.pull()
    assert "cannot execute INSERT in a read-only transaction" in results.failures[0].message
    assert server.outcome("contents")["status"] == "failed"
    assert server.outcome("creators")["status"] == "complete", "a table that fails does not spoil the next"


def test_a_statement_that_takes_too_long_is_broken_off(server: CompanyDatabase) -> None:
    server.execute(
        "create view creators as select 'shop'::text as app_id, pg_sleep(20)::text as creator_id",
        "create table contents (app_id text, content_id text)",
    )
    results = server.pull(statement_timeout_seconds=1)
    assert (
        "table creators: no answer within 1 s; raise statement_timeout_seconds" in results.failures[0].message
    )
    assert server.outcome("contents")["status"] == "complete"


@pytest.mark.parametrize(
    ("column", "kind", "words"),
    [
        ("gross_amount", "boolean", "of type boolean, which is no numeric as `gross_amount` needs"),
        ("paid_at", "time", "of type time without time zone, which is no timestamptz as `paid_at` needs"),
        ("user_id", "bytea", "of type bytea, which is no text as `user_id` needs"),
        ("status", "text[]", "of type text[], which is no text as `status` needs"),
    ],
)
def test_a_column_of_another_type_is_one_clear_line(
    server: CompanyDatabase, column: str, kind: str, words: str
) -> None:
    names = {"app_id": "text", "order_id": "text", "user_id": "text", "gross_amount": "text", column: kind}
    server.execute(f"create table orders ({', '.join(f'{name} {type_}' for name, type_ in names.items())})")
    with pytest.raises(SourceError) as raised:
        server.pull()
    message = str(raised.value)
    assert f"table orders: the column {column} is {words}" in message
    assert "\n" not in message


CANARY = "Ca/n@ry: 'pass'%41"


@pytest.mark.parametrize("address", ["wrong password", "server is down", "no such host", "no such database"])
def test_a_database_that_cannot_be_opened_is_one_line_without_the_password(
    server: CompanyDatabase, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.url = {
        "wrong password": server.url.replace("user=postgres", "user=locked"),
        "server is down": "postgresql://reader@127.0.0.1:1/shop",
        "no such host": "postgresql://reader@db.invalid/shop",
        "no such database": server.url.replace("company_", "none_"),
    }[address]
    with pytest.raises(SourceError) as raised:
        server.pull(environ={"SHOP_PASSWORD": CANARY}, password="SHOP_PASSWORD")
    message = str(raised.value)
    assert message.startswith("no app database could be read: database shop: cannot be opened (")
    assert ("password authentication failed" in message) == (address == "wrong password")
    assert "\n" not in message
    told = (
        "".join(traceback.format_exception(raised.value))
        + caplog.text
        + repr(server.config(password="SHOP_PASSWORD"))
    )
    landed = b"".join(path.read_bytes() for path in server.folder.path.rglob("*") if path.is_file())
    for spelling in (CANARY, "n@ry", "Ca%2Fn%40ry"):
        assert spelling not in told
        assert spelling.encode() not in landed


def test_a_password_with_any_character_opens_the_database(server: CompanyDatabase) -> None:
    literal = CANARY.replace("'", "''")
    server.execute(
        "create table creators (app_id text, creator_id text)",
        f"alter role locked password '{literal}'",
        "grant select on creators to locked",
    )
    server.url = server.url.replace("&user=postgres", "")
    server.pull(environ={"U": "locked", "P": CANARY}, user="U", password="P")
    assert server.outcome("creators")["status"] == "complete"
    with pytest.raises(SourceError, match=r"set the environment variable P \(named in sources.yaml"):
        server.pull(1, user="U", password="P", environ={"U": "reader"})


def test_a_table_that_may_not_be_read_is_named(server: CompanyDatabase) -> None:
    server.execute(
        "create table creators (app_id text, creator_id text)",
        "do $$ begin if not exists (select from pg_roles where rolname = 'stranger') then "
        "create role stranger login; end if; end $$",
    )
    server.url = server.url.replace("user=postgres", "user=stranger")
    with pytest.raises(
        SourceError, match=r"table creators: cannot be read \(permission denied for table creators"
    ):
        server.pull()
