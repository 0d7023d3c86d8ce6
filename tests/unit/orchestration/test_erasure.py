"""A person goes out of every file, rows and money stay, and what was erased stays out whatever lands again."""

import gzip
import io
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
from ingestion.errors import SourceError
from ingestion.manifest import Manifest
from ingestion.sources import app_events, ops_workbook
from orchestration.arrival import unbalanced_files
from orchestration.erasure.erase import erase
from orchestration.freeze import freeze
from orchestration.publication.pseudonyms import KEY_VARIABLE, Pseudonyms
from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase
from tests.unit.ingestion.sources.app_events.event_lines import event, line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder
from tests.unit.orchestration.decoded_files import files_that_say

#: What is said of the person anywhere: ids, what was typed, and what a device called itself.
MARY, PHONE, DEVICE, COOKIE = "mary-1973", "13800138000", "device-of-mary", "cookie-of-mary"
SECRETS = (MARY, DEVICE, COOKIE, "my secret", "Mary's song")
SHARED = "tablet-of-the-family"
CSV = "event_id,app_id,event_name,user_id,device_id,occurred_at,properties\n"


def canonical() -> str:
    """Lines of the person, of a friend who knows her, and of whoever has her id in another app."""
    words = {"comment": "my secret", "page": "/me?name=my secret", "order_id": "o1", "revenue": 12.345678}
    mine = {"user_id": MARY, "anonymous_id": COOKIE, "device_id": DEVICE, "session_id": "my secret"}
    return lines(
        line("e1", **mine, properties=words),
        line("e2", **mine, event_name="purchase", properties={"revenue": "0.12345678901234567", "order_id": "o1"}),
        line("e3", user_id=..., anonymous_id=COOKIE, device_id=DEVICE, properties={"note": "my secret"}),
        line("e4", user_id=MARY, anonymous_id=SHARED, traits={"name": "my secret"}),
        line("e5", user_id="friend", anonymous_id=SHARED, properties={"invited_by": MARY, "item_id": "7"}),
        line("e6", user_id="friend", properties={"creator_id": MARY, "page": f"/people/{MARY}"}),
        line("e7", app_id="other", user_id=MARY, properties={"note": "another Mary"}),
        *(line("e8", **mine, received_at="2026-03-30T12:00:01Z", properties={"revenue": n}) for n in range(8)),
        f'{{"event_id": "e9", "app_id": "shop", "user_id": "{MARY}", "event_name": "broken',
    )  # fmt: skip


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([event("p1", user_id=MARY, device_id=DEVICE)]), file)
    return file.getvalue()


def sensors() -> str:
    record = {"type": "profile_set", "distinct_id": MARY, "login_id": MARY, "project": "shop", "time": 1774843200000,
              "properties": {"name": "my secret", "points": 3}}  # fmt: skip
    track = record | {"type": "track", "event": "view", "_track_id": 5, "properties": {"$url_path": "/x"}}
    return lines(json.dumps(record), json.dumps(track))


FILES: dict[str, str | bytes] = {
    "app_events/a.ndjson": canonical(),
    "app_events/b.csv": CSV + f"c1,shop,view,{MARY},{DEVICE},2026-03-30 12:00:00,\n",
    "app_events/c.parquet": parquet(),
    "app_events/sensors/d.json": sensors(),
    "ops_workbook/excluded_users.csv": f"app_id,user_id,device_id,reason\nshop,{MARY},,my secret\n",
    "ops_workbook/activity_groups.csv": f"activity_id,app_id,user_id,group\na1,shop,{MARY},control\n",
}
TABLES = (
    "create table orders (app_id text, order_id text, user_id text, gross_amount text, updated_at text)",
    "create table users (app_id text, user_id text, updated_at text, email text)",
    "create table contents (app_id text, content_id text, creator_id text, title text)",
    "create table invitations (app_id text, invitation_id text, inviter_user_id text, invitee_user_id text,"
    " invited_at text)",
    f"insert into orders values ('shop', 'o1', '{MARY}', '12.34', '2026-03-30T04:00:00Z')",
    f"insert into users values ('shop', '{MARY}', '2026-03-30T04:00:00Z', 'my secret')",
    f"insert into contents values ('shop', 'c1', '{MARY}', 'Mary''s song')",
    f"insert into invitations values ('shop', 'i1', 'friend', '{MARY}', '2026-03-30T04:00:00Z')",
)


class Company:
    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, CompanyFolder(path)
        self.database = CompanyDatabase(path)
        self.said: list[str] = []

    def land(self) -> None:
        self.folder.accept(app_events.pull(self.folder.settings))
        self.folder.accept(ops_workbook.pull(self.folder.settings))

    def erase(self, user: str = MARY, app: str = "shop", *, dry_run: bool = False) -> str:
        return erase(self.folder.settings, app, user, dry_run=dry_run, say=self.said.append)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Raw table → rows that any batch landed, whatever they are called."""
        tables = sorted({file.parent for file in (self.path / "raw").glob("*/*/2*.parquet")})
        return {
            "/".join(table.parts[-2:]): [
                row for file in sorted(table.glob("2*.parquet")) for row in pq.read_table(file).to_pylist()
            ]
            for table in tables
        }


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with everything that can name a person, landed once."""
    company = Company(tmp_path_factory.mktemp("company"))
    for name, content in FILES.items():
        company.folder.put(name, content)
    company.database.execute(*TABLES)
    company.land()
    company.database.pull()
    published(company.path)
    history(company.path)
    return company.path


@pytest.fixture
def company(landed: Path, tmp_path: Path) -> Company:
    return Company(shutil.copytree(landed, tmp_path / "company", symlinks=True))


def published(data_dir: Path) -> None:
    """Two versions, as publication writes them, and a report."""
    for name in ("v1", "v2"):
        folder = data_dir / "published" / "versions" / name
        (folder / "parquet" / "marts" / "fct_orders").mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(f"attach '{folder}/ops.duckdb' as p (storage_version 'v1.4.0')")
            connection.execute("create schema p.marts")
            connection.execute(
                f"""create table p.marts.fct_orders as select * from (values
                    ('shop', 'o1', '{MARY}', 12.34::decimal(20, 2)), ('other', 'o2', '{MARY}', 1.00)
                ) orders(app_id, order_id, user_id, amount)"""
            )
            connection.execute("comment on table p.marts.fct_orders is 'Orders.'")
            connection.execute("alter table p.marts.fct_orders alter column order_id set not null")
            connection.execute(
                f"""create table p.marts.dim_contents as
                select 'shop' as app_id, 'c1' as content_id, '{MARY}' as creator_id, 'Mary''s song' as title"""
            )
            part = folder / "parquet" / "marts" / "fct_orders" / "part-0.parquet"
            connection.execute(f"copy p.marts.fct_orders to '{part}' (format parquet)")
    (data_dir / "published" / "current").symlink_to("versions/v2")
    report = data_dir / "reports" / "2026-03-31" / "app-shop.html"
    report.parent.mkdir(parents=True)
    report.write_text(f"<td>{MARY}</td>")


def history(data_dir: Path) -> None:
    """What Dagster and dbt remember, and a warehouse."""
    runs = data_dir / "dagster" / "history" / "runs"
    runs.mkdir(parents=True)
    with closing(sqlite3.connect(runs / "index.db")) as file, file:
        file.execute("create table event_logs (id integer primary key, event text)")
        file.execute("insert into event_logs (event) values (?)", (json.dumps({"message": f"got '{MARY}'"}),))
    (data_dir / "logs").mkdir()
    (data_dir / "logs" / "refresh-1.log").write_text(f"quarantined: {MARY}\n")
    with duckdb.connect(str(data_dir / "warehouse.duckdb")) as connection:
        connection.execute(f"create table users as select '{MARY}' as user_id")


def unchanged(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What must be the same before and after: places, keys, moments and money, and how often people are named."""
    names = (
        "order_id",
        "gross_amount",
        "occurred_at",
        "event_id",
        "event_name",
        "_source_file",
        "_source_row",
    )
    return {
        table: [
            {name: row.get(name) for name in names} | {"has_user": bool(row.get("user_id"))} for row in found
        ]
        for table, found in rows.items()
    }


def winners(rows: list[dict[str, Any]]) -> dict[tuple, str]:
    """The version of each event that counts, by the rule of int_event_conflicts."""
    ordered = sorted(rows, key=lambda row: (row["received_at"] or row["occurred_at"], row["_content_hash"]))
    return {(row["app_id"], row["event_id"]): revenue(row) for row in reversed(ordered)}


def revenue(row: dict[str, Any]) -> str:
    """As it is written: no digit may get lost."""
    return (row["properties"] or "").partition('"revenue":')[2].split(",")[0].rstrip("}")


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


def test_files_of_readers_are_rewritten_in_place(company: Company) -> None:
    company.erase()
    for version in ("v1", "v2"):
        folder = company.path / "published" / "versions" / version
        with duckdb.connect(str(folder / "ops.duckdb"), read_only=True) as connection:
            rows = connection.execute("from marts.fct_orders").fetchall()
            assert rows == duckdb.sql(f"from read_parquet('{folder}/parquet/marts/fct_orders/*')").fetchall()
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


def test_an_old_file_brings_nothing_back(company: Company) -> None:
    company.erase()
    before = company.rows()
    for name, content in FILES.items():
        suffix = Path(name).suffix
        data = content if isinstance(content, bytes) else content.encode()
        # The same rows in other bytes: CSV of the workbook is a new snapshot by itself.
        if suffix == ".parquet":
            file = io.BytesIO()
            pq.write_table(pq.read_table(io.BytesIO(data)), file, compression="gzip")
            data = file.getvalue()
        company.folder.put(
            name.replace(suffix, f"-again{suffix}") if "events" in name else name,
            data + b"\n" * (suffix != ".parquet"),
        )
    company.land()
    company.database.pull(hours=1)
    company.database.pull(hours=30)
    after = company.rows()
    assert after["app_events/events"] == before["app_events/events"]
    assert after["app_events/profile_operations"] == before["app_events/profile_operations"]
    for table in ("orders", "users", "contents", "invitations"):
        assert after[f"app_database/{table}"] == before[f"app_database/{table}"], table
    assert len(after["ops_workbook/excluded_users"]) == 2
    assert files_that_say(company.path, *SECRETS[1:]) == []
    assert {row["app_id"] for rows in after.values() for row in rows if MARY in str(row)} == {"other"}
    assert company.erase().endswith("nothing is left to do")


def test_what_the_person_does_later_is_of_the_tombstone(company: Company) -> None:
    company.erase()
    company.folder.put(
        "app_events/new.ndjson", lines(line("n1", user_id=MARY, anonymous_id="new", title="my secret"))
    )
    company.land()
    (row,) = [row for row in company.rows()["app_events/events"] if row["event_id"] == "n1"]
    assert row["user_id"].startswith("erased-")
    assert row["_extra"] is None
    assert files_that_say(company.path, *SECRETS[1:]) == []


def test_the_database_may_forget_the_person_and_counts_stay(company: Company) -> None:
    company.erase()
    before = company.rows()
    company.database.execute("delete from orders", "delete from users", "delete from contents")
    company.database.pull(hours=30)
    after = company.rows()
    for table in ("orders", "users", "contents"):
        assert after[f"app_database/{table}"] == before[f"app_database/{table}"], table


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


def test_a_shared_device_goes_with_the_last_who_used_it(company: Company) -> None:
    company.erase()
    company.erase("friend")
    assert files_that_say(company.path, *SECRETS[1:], SHARED) == []
    events = {row["event_id"]: row for row in company.rows()["app_events/events"] if row["app_id"] == "shop"}
    device, mary, friend = events["e4"]["anonymous_id"], events["e4"]["user_id"], events["e5"]["user_id"]
    assert events["e5"]["anonymous_id"] == device
    assert len({device, mary, friend}) == 3
    before = company.rows()
    company.folder.put("app_events/again.ndjson", canonical() + "\n")
    company.land()
    assert company.rows()["app_events/events"] == before["app_events/events"]


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
