"""A company's own names fit without code; what does not fit is one line with the place to correct."""

import pytest

from ingestion.errors import SourceError
from ingestion.sources.app_database import pull as sources_pull
from ingestion.sources_config import SourcesError, parse_sources
from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase

pytestmark = pytest.mark.xdist_group("postgresql")

SOURCES = """
app_databases:
  - name: shop
    url: {url}
    app_id: aurora
    tables:
      users:
        table: t_member
        columns:
          user_id: uid
          registered_at: created
      orders:
        table: t_order
        app_id: harbor
        columns: {{order_id: "order no", user_id: uid, gross_amount: paid}}
"""
MEMBERS = "create table t_member (uid text, created text, phone text)"
ORDERS = 'create table t_order ("order no" text, uid text, paid text)'


def pull(shop: CompanyDatabase, text: str) -> None:
    (config,) = parse_sources(text.format(url=shop.url)).app_databases
    shop.folder.accept(sources_pull(shop.folder.settings, [config]))


def test_tables_and_columns_have_the_companys_names(shop: CompanyDatabase) -> None:
    shop.execute(
        MEMBERS,
        ORDERS,
        "insert into t_member values ('u1', '2026-03-30 04:00:00Z', 'is not read')",
        "insert into t_order values ('o1', 'u1', '12.30')",
    )
    pull(shop, SOURCES)
    (user,) = shop.rows("users")
    assert (user["app_id"], user["user_id"], user["_extra"]) == ("aurora", "u1", None)
    (order,) = shop.rows("orders")
    assert (order["app_id"], order["order_id"]) == ("harbor", "o1")
    assert {row["entity"] for row in shop.rows("pulls")} == {"users", "orders"}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            "create table someone_else (uid text)",
            "table t_member: there is no such table or view, or it may not be read; correct `users` in "
            "sources.yaml line 8",
        ),
        (
            "create table t_member (uid text, made text)",
            "table t_member: there is no column created for `registered_at` (sources.yaml line 11); the table has "
            "uid, made",
        ),
    ],
)
def test_a_name_that_is_wrong_is_one_line_with_its_place(
    shop: CompanyDatabase, members: str, words: str
) -> None:
    shop.execute(members)
    with pytest.raises(SourceError) as raised:
        pull(shop, SOURCES)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_required_column_without_a_mapping_says_how_to_give_one(shop: CompanyDatabase) -> None:
    shop.execute("create table users (uid text, app_id text)")
    with pytest.raises(SourceError) as raised:
        shop.pull()
    assert (
        "table users: the required column user_id is missing; name the company's own column in tables: users: "
        "columns: user_id (sources.yaml); the table has uid, app_id"
    ) in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "      users:\n",
            "      user:\n",
            "line 7: `user` is no table of ours; write one of users, contents",
        ),
        (
            "registered_at: created",
            "registered: created",
            "line 11: `registered` is no column of our users; write",
        ),
        ("table: t_member", "tabel: t_member", "line 8: `tabel` is not a key that is known here"),
        ("app_id: harbor", "app_id: harbor!", "line 14: `app_id` has characters that do not belong there"),
        ("{{order_id: ", "{{app_id: x, order_id: ", "line 14: `app_id` is given as a value and as a column"),
        (
            "app_id: aurora",
            "password: hunter2secret",
            "line 5: `password`: write the NAME of an environment variable",
        ),
        (
            "app_id: aurora",
            "timezone: Shanghai",
            "line 5: `timezone`: write an IANA time zone such as Asia/Shanghai",
        ),
        ("app_id: aurora", "statement_timeout_seconds: 0", "line 5: `statement_timeout_seconds`"),
        ("{url}", "postgresql://u:hidden@h/d", "line 4: `url`: take the password out"),
        ("{url}", "postgresql://u@h/d?password=hidden", "line 4: `url`: take the password out"),
        ("{url}", "mysql://h/d", "line 4: `url`: write sqlite:///"),
    ],
)
def test_a_mapping_that_cannot_be_meant_names_its_line(old: str, new: str, expected: str) -> None:
    assert old in SOURCES
    with pytest.raises(SourcesError) as raised:
        parse_sources(SOURCES.replace(old, new, 1).format(url="sqlite:///company/app.db"))
    assert expected in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert "hunter2" not in str(raised.value)
