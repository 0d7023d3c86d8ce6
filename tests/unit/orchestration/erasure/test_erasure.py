"""A person goes out of every file, rows and money stay; what is killed half-way is finished."""

import gzip
import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.erasure.erased_list import ErasedList
from ingestion.erasure.person_rows import ErasedPeople
from ingestion.errors import SourceError
from ingestion.manifest import Manifest
from orchestration.arrival import unbalanced_files
from orchestration.erasure.own_files import own_files
from orchestration.erasure.texts import erase_texts
from orchestration.freeze import freeze
from orchestration.pseudonym_key import KEY_VARIABLE
from orchestration.publication.pseudonyms import Pseudonyms
from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.orchestration.decoded_files import files_that_say
from tests.unit.orchestration.erasure.erasure_company import (
    COOKIE,
    FILES,
    MARY,
    PHONE,
    SECRETS,
    SHARED,
    Company,
    canonical,
    unchanged,
    winners,
)


def test_nothing_says_the_person_and_all_else_stays(company: Company) -> None:
    before = company.rows()
    # Another Mary of another app has her id too: she stays.
    assert len(files_that_say(company.path, *SECRETS)) > 15
    listed = company.erase(dry_run=True)
    assert files_that_say(company.path, "erased-") == []
    assert not (company.path / "erased").exists()
    assert "would change" in listed
    done = company.erase()
    tombstone = ErasedList.read(company.path).people[0]["tombstone"]  # type: ignore[union-attr]
    assert tombstone in done
    after = company.rows()
    assert unchanged(after) == unchanged(before)
    assert winners(after["app_events/events"]) == winners(before["app_events/events"])
    assert unbalanced_files(company.folder.settings, Manifest(company.path).entries()) == []
    assert files_that_say(company.path, *SECRETS[1:]) == []
    left = [row for rows in after.values() for row in rows if MARY in str(row)]
    assert {row["app_id"] for row in left} == {"other"}
    events = {row["event_id"]: row for row in after["app_events/events"] if row["app_id"] == "shop"}
    assert events["e1"]["properties"] == '{"page":"/me","order_id":"o1","revenue":12.345678}'
    assert events["e2"]["properties"] == '{"revenue":"0.12345678901234567","order_id":"o1"}'
    assert (events["e3"]["anonymous_id"], events["e3"]["device_id"]) == (tombstone, tombstone)
    assert (events["e4"]["user_id"], events["e4"]["anonymous_id"]) == (tombstone, SHARED)
    assert events["e4"]["_extra"] is None
    assert json.loads(events["e5"]["properties"]) == {"invited_by": tombstone, "item_id": "7"}
    assert json.loads(events["e6"]["properties"]) == {"creator_id": tombstone, "page": f"/people/{tombstone}"}
    assert {row["content_id"]: row["title"] for row in after["app_database/contents"]} == {"c1": None}
    (put_aside,) = company.folder.put_aside("app_events", "events")
    assert (put_aside["raw_text"], put_aside["reason"]) == (None, put_aside["reason_code"])


def test_what_a_killed_build_spilled_goes_with_the_warehouse(company: Company) -> None:
    spilled = company.path / "warehouse.duckdb.tmp" / "duckdb_temp_4711_0_storage_DEFAULT-0.tmp"
    spilled.parent.mkdir()
    spilled.write_bytes(MARY.encode())
    company.erase()
    assert not spilled.parent.exists()


def test_files_of_readers_are_rewritten_in_place(company: Company) -> None:
    company.erase()
    for version in ("v1", "v2"):
        folder = company.path / "published" / "versions" / version
        with duckdb.connect(str(folder / "ops.duckdb"), read_only=True) as connection:
            rows = connection.execute("from marts.fct_orders").fetchall()
            assert (
                rows
                == duckdb.connect()
                .sql(f"from read_parquet('{folder}/parquet/marts/fct_orders/*')")
                .fetchall()
            )
            described = connection.execute("describe marts.fct_orders").fetchall()
            comment = connection.execute(
                "select comment from duckdb_tables() where comment is not null"
            ).fetchall()
            contents = connection.execute("select creator_id, title from marts.dim_contents").fetchall()
        assert [row[:2] + row[3:] for row in rows] == [
            ("shop", "o1", rows[0][3]),
            ("other", "o2", rows[1][3]),
        ]
        assert rows[0][2].startswith("erased-")
        assert rows[1][2] == MARY
        assert {row[0]: row[2] for row in described}["order_id"] == "NO"
        assert comment == [("Orders.",)]
        assert contents == [(rows[0][2], None)]
        assert list(folder.rglob("*rewriting*")) == []
    for name in ("reports/2026-03-31/app-shop.html", "logs/refresh-1.log"):
        assert MARY not in (company.path / name).read_text()
    assert not (company.path / "warehouse.duckdb").exists()
    assert MARY.encode() not in (company.path / "dagster/history/runs/index.db").read_bytes()


def test_what_was_replaced_leaves_the_file_of_sqlite_too(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("create table event_logs (event text)")
        file.execute("insert into event_logs values (?)", (f"{'a' * 99} '{MARY}' {'b' * 99}",))
    with closing(sqlite3.connect(path)) as file, file:  # as far as a killed erasure came
        file.execute("pragma secure_delete = off")  # as SQLite is built in most places
        file.execute("update event_logs set event = 'erased-1'")
    assert MARY.encode() in path.read_bytes()
    assert erase_texts(tmp_path, {MARY: "erased-1"}, dry_run=True) == ([], [])
    assert erase_texts(tmp_path, {MARY: "erased-1"}, dry_run=False) == ([], [])
    assert MARY.encode() not in path.read_bytes()


def test_the_own_files_of_the_company_are_named_and_left(company: Company) -> None:
    (company.path / "sources.yaml").write_text(
        "app_databases:\n- {name: shop, url: 'sqlite:///company/app.db'}\n"
    )
    company.folder.put("app_events/e.ndjson.gz", gzip.compress(canonical().encode()))
    company.erase()
    named = {text.rpartition(": ")[2] for text in company.said if text.startswith("your own file")}
    assert named == {f"inbox/{name}" for name in FILES} | {"inbox/app_events/e.ndjson.gz"}
    assert any("database shop" in text for text in company.said)
    assert all((company.path / name).exists() for name in named)


@pytest.mark.parametrize("dry_run", [True, False])
def test_raw_files_of_a_source_that_was_removed_are_named(company: Company, dry_run: bool) -> None:
    """The code that would rewrite them is gone with the source: silence would leave the person there."""
    folder = company.path / "raw" / "loyalty_club" / "members"
    folder.mkdir(parents=True)
    batch = min(Manifest(company.path).batch_ids())
    for name, who in ((f"{batch}-a", MARY), (f"{batch}-b", "friend")):
        pq.write_table(pa.table({"app_id": ["shop"], "member": [who]}), folder / f"{name}.parquet")
    company.erase(dry_run=dry_run)
    (line,) = [text for text in company.said if "no contract" in text]
    assert line.endswith(f"raw/loyalty_club/members/{batch}-a.parquet")
    assert "remove it" in line


@pytest.mark.parametrize("user", ["u17", "20345", "13800138"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "event_id,user_id,page\ne1,{},/x\n"),
        ("a.csv", "user_id,event_id\r\n{},e1\r\n"),
        ("a.csv", "event_id,user_id\ne1,{}"),
        ("a.csv", 'event_id,user_id\ne1,"{}"\n'),
        ("a.txt", "e1\t{}\tview\n"),
        ("a.ndjson", '{{"user_id": "{}"}}\n'),
        ("a.ndjson", '{{"user_id":{}}}\n'),
        ("a.ndjson", '{{"user_id": {}, "page": "/x"}}\n'),
    ],
    ids=["cell", "first", "last", "quoted", "tabs", "text", "number", "number with a space"],
)
def test_a_short_id_in_a_file_of_the_company_is_found(
    tmp_path: Path, user: str, name: str, content: str
) -> None:
    """Most ids are short numbers; silence would tell a person that no file of hers names the user."""
    folder = (
        tmp_path / "inbox" / "app_events" / "snowplow"
        if name.endswith("txt")
        else tmp_path / "inbox" / "app_events"
    )
    folder.mkdir(parents=True)
    (folder / name).write_text(content.format(user), "utf-8", newline="")
    (folder / f"other-{name}").write_text(content.format(f"{user}1"), "utf-8", newline="")
    assert [Path(found).name for found in own_files(tmp_path, [user])] == [name]


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        ('{"app_id": "shop", "user_id": "u17", broken', True),
        ('{"properties": {"app_id": "wx123"}, "app_id": "shop", "user_id": "u17", broken', True),
        ('{"app_id": "other", "user_id": "u17", broken', False),
        ("e1,shop,view,u17,broken", True),
    ],
    ids=["named", "another app_id before it", "of another app", "without keys"],
)
def test_a_line_that_was_put_aside_goes_by_any_app_that_it_names(line: str, goes: bool) -> None:
    people = ErasedPeople({("user", "shop", "u17"): "erased-1"}, str)
    changed = people.changed_quarantine({"raw_text": line, "reason": "words", "reason_code": "broken_json"})
    assert changed == ({"raw_text": None, "reason": "broken_json"} if goes else None)


def test_a_short_id_in_a_parquet_file_of_the_company_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "app_events"
    folder.mkdir(parents=True)
    for name, who in (("a", "u17"), ("b", "u171")):
        pq.write_table(pa.table({"user_id": [who], "page": ["/u17"]}), folder / f"{name}.parquet")
    assert own_files(tmp_path, ["u17"]) == ["inbox/app_events/a.parquet"]


def test_a_pseudonym_is_found_with_its_key(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "a key of more than sixteen characters")
    names = Pseudonyms.from_environment()
    company.folder.put(
        "app_events/phone.ndjson",
        lines(line("t1", user_id=PHONE), line("t2", user_id=..., anonymous_id="lonely-device")),
    )
    company.land()
    folder = company.path / "published" / "versions" / "v2"
    (folder / "ops.duckdb").unlink()
    with duckdb.connect(str(folder / "ops.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_users (app_id varchar, user_id varchar)")
        for user in (names.of(PHONE), f"anon:{names.of('lonely-device')}", "friend"):
            connection.execute("insert into marts.dim_users values ('shop', ?)", [user])
    company.erase(PHONE)
    company.erase("anon:lonely-device")
    with duckdb.connect(str(folder / "ops.duckdb"), read_only=True) as connection:
        users = [user for (user,) in connection.execute("select user_id from marts.dim_users").fetchall()]
    first, second = (person["tombstone"] for person in ErasedList.read(company.path).people)  # type: ignore[union-attr]
    assert users == [first, f"anon:{second}", "friend"]
    assert files_that_say(company.path, PHONE, "lonely-device", names.of(PHONE)) == []


@pytest.mark.parametrize(
    ("app", "user", "words"),
    [
        ("", "", "name a person"),
        ("shop", "", "name a person"),
        ("shoop", MARY, "no such app; apps: other, shop"),
        ("shop", "nobody", "nothing that was landed for app shop names this user"),
        ("shop", f"anon:{COOKIE}", "erase by the id of that user"),
        ("shop", "anon:nothing", "nothing that was landed"),
    ],
)
def test_one_line_says_what_is_wrong(landed: Path, app: str, user: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as error:
        Company(landed).erase(user, app)
    assert "\n" not in str(error.value)
    assert not (landed / "erased").exists()


def killed(data_dir: Path, stop_before: int, acts: tuple[str, ...] = ("fsync", "unlink")) -> bool:
    """Erase in a fork that gets a SIGKILL before that act by which a file changes; whether it was killed."""

    def run() -> None:
        done = 0

        def watch(frame: Any, kind: str, function: Any) -> None:
            nonlocal done
            if kind == "c_call" and function.__name__ in acts:
                done += 1
                if done == stop_before:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(watch)
        Company(data_dir).erase()
        sys.setprofile(None)
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=_in_fork, args=(run,))
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _in_fork(run: Callable[[], None]) -> None:
    run()


def test_a_killed_erasure_is_finished_by_the_next_one(landed: Path, tmp_path: Path) -> None:
    whole = Company(shutil.copytree(landed, tmp_path / "whole", symlinks=True))
    before = whole.rows()
    for act in range(1, 200, 5):
        folder = shutil.copytree(landed, tmp_path / "killed", symlinks=True)
        was_killed = killed(folder, act)
        company = Company(folder)
        if (folder / "erased" / "pending.json").exists():
            with pytest.raises(SourceError, match="an erasure was interrupted"):
                freeze(company.folder.settings, "r", "1")
        company.erase()
        after = company.rows()
        assert unchanged(after) == unchanged(before), act
        assert winners(after["app_events/events"]) == winners(before["app_events/events"]), act
        assert files_that_say(folder, *SECRETS[1:]) == [], act
        assert len(ErasedList.read(folder).people) == 1  # type: ignore[union-attr]
        shutil.rmtree(folder)
        if not was_killed:
            break
    assert act > 40, "nearly nothing was watched"
    assert not was_killed
