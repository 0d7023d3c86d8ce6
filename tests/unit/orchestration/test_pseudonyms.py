"""Published ids of people: HMAC-SHA-256 as Python's own library makes it, of what says who somebody is alone."""

import hashlib
import hmac
from collections.abc import Sequence

import duckdb
import pytest

from orchestration.publication.pseudonyms import KEY_VARIABLE, Pseudonyms
from orchestration.publication.verify import NotPublishable

KEY = b"a key of the environment"
PERSONAL = (
    "13800138000", "138 0013 8000", "+86-138-0013-8000", "8613800138000", "+1 (415) 555-0100", "0044 20 7946 0958",
    "anna@example.com", "张三@例子.中国", "first.last+tag@mail.example.co.uk",
)  # fmt: skip
HARMLESS = (
    "u-1024",
    "42",
    "1000000007",
    "202603240001",
    "4f1d2c90-aa",
    "7200000000000000001",
    "anna",
    "用户1",
    "@anna",
)


def published(ids: Sequence[str | None], key: bytes = KEY, stable: bool = True) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table dim_users (number integer, user_id varchar, inviter_user_id varchar)"
        )
        connection.executemany(
            "insert into dim_users values (?, ?, ?)",
            [(number, name, name) for number, name in enumerate(ids)],
        )
        pseudonyms = Pseudonyms(key, stable)
        pseudonyms.prepare(connection)
        query = pseudonyms.select(connection, "dim_users", ["number", "user_id", "inviter_user_id"])
        return connection.execute(f"{query} order by number").fetchall()


def digest(text: str, key: bytes = KEY) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("key", [b"k" * 16, KEY, b"x" * 64, b"y" * 65, "密钥".encode() * 40])
def test_what_says_who_somebody_is_becomes_its_hmac(key: bytes) -> None:
    rows = published([*PERSONAL, "anon:9f86-d081", "anon:"], key)
    wanted = [
        *(digest(name, key) for name in PERSONAL),
        f"anon:{digest('9f86-d081', key)}",
        f"anon:{digest('', key)}",
    ]
    assert [row[1] for row in rows] == wanted
    assert all(row[1] == row[2] for row in rows)


def test_other_ids_stay_as_they_are() -> None:
    assert [row[1] for row in published([*HARMLESS, None, "anna@example.com"])][:-1] == [*HARMLESS, None]
    assert [row[1] for row in published(HARMLESS)] == list(HARMLESS)


def test_equal_ids_have_equal_pseudonyms_in_all_tables_of_a_publication() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table one as select 'anna@example.com' as user_id")
        connection.execute("create table two as select 'anna@example.com' as creator_id, 'title' as title")
        pseudonyms = Pseudonyms(KEY, True)
        pseudonyms.prepare(connection)
        first = connection.execute(pseudonyms.select(connection, "one", ["user_id"])).fetchall()
        second = connection.execute(pseudonyms.select(connection, "two", ["creator_id", "title"])).fetchall()
    assert second == [(first[0][0], "title")]
    assert pseudonyms.count == 1


def test_without_a_key_nothing_personal_gets_out_and_a_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    one, other = Pseudonyms.from_environment(), Pseudonyms.from_environment()
    assert one.key != other.key
    assert one.warning == "", "there is nobody to warn about"
    one.count = 3
    assert one.warning.startswith("OPS_PSEUDONYM_KEY is not set: 3 ids")
    (row,) = published(PERSONAL[:1], one.key)
    assert row[1] != PERSONAL[0]


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    with pytest.raises(NotPublishable, match="fewer than 16 characters"):
        Pseudonyms.from_environment()
    monkeypatch.setenv(KEY_VARIABLE, "a long random text")
    pseudonyms = Pseudonyms.from_environment()
    assert (pseudonyms.key, pseudonyms.is_stable, pseudonyms.warning) == (b"a long random text", True, "")
