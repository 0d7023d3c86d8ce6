"""Small raw files become one: the same rows, the same batches, whatever is killed or withdrawn."""

import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion import joining
from ingestion.joining import RowsDiffer, join, replaced_files, small_files
from ingestion.leftovers import remove_leftovers
from ingestion.manifest import BatchEntry, Manifest
from ingestion.settings import Settings
from ingestion.sources import app_events
from ingestion.sources.app_database.past_readings import PastReadings
from orchestration.arrival import unbalanced_files
from tests.unit.ingestion.killed_work import until_it_lives
from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase
from tests.unit.ingestion.sources.app_events.event_lines import line, lines

READINGS = 10
ORDERS, USERS, PULLS = "orders", "users", "pulls"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that sold something and changed a user before each of its readings; events came as often."""
    shop = CompanyDatabase(tmp_path_factory.mktemp("shop"))
    shop.execute(
        "create table orders (app_id text, order_id text, user_id text, gross_amount text, updated_at text)",
        "create table users (app_id text, user_id text, updated_at text, email text)",
        "insert into users values ('shop', 'u1', '2026-03-30T00:00:00Z', '')",
    )
    for number in range(READINGS):
        moment = f"2026-03-30T{number:02}:00:00Z"
        shop.execute(
            *(
                f"insert into orders values ('shop', 'o{number}-{n}', 'u1', '{number}.{n}', '{moment}')"
                for n in range(3)
            ),
            f"update users set email = 'mail {number}', updated_at = '{moment}'",
        )
        shop.pull(number)
        shop.folder.put(f"app_events/{number}.ndjson", lines(line(f"e{number}")))
        shop.folder.accept(app_events.pull(shop.folder.settings))
    return shop.folder.path


@pytest.fixture
def shop(landed: Path, tmp_path: Path) -> CompanyDatabase:
    return CompanyDatabase(shutil.copytree(landed, tmp_path / "shop"))


def every_batch(data_dir: Path) -> set[str]:
    return Manifest(data_dir).batch_ids()


def join_all(data_dir: Path, loaded: set[str] | None = None) -> list[str]:
    found = list(small_files(data_dir, every_batch(data_dir) if loaded is None else loaded))
    for small in found:
        join(data_dir, small)
    return sorted(map(str, found))


def rows(data_dir: Path) -> dict[str, list[Row]]:
    """Raw table -> rows of accepted batches, in order, without regard to which file has them."""
    manifest = Manifest(data_dir)
    found = {}
    for entity in (ORDERS, USERS, PULLS):
        paths = manifest.raw_files("app_database", entity)
        table = [row for path in paths for row in pq.read_table(path).to_pylist()]
        found[entity] = sorted(
            table, key=lambda row: (row["_batch_id"], row["_source_file"], row["_source_row"])
        )
    return found


def counted(data_dir: Path) -> list[tuple]:
    """Everything that entries say but where the rows are."""
    return [
        (
            entry.batch_id,
            entry.state,
            entry.dates,
            file.entity,
            file.file_name,
            file.rows_read,
            file.rows_landed,
        )
        for entry in Manifest(data_dir).entries()
        for file in entry.files
    ]


def remembered(data_dir: Path) -> dict[str, Any]:
    past = vars(PastReadings(Settings(data_dir, CompanyDatabase(data_dir).folder.settings.as_of)))
    return {name: value for name, value in past.items() if name != "_rows"}


def files(data_dir: Path, entity: str) -> list[Path]:
    return Manifest(data_dir).raw_files("app_database", entity)


def remove_replaced(data_dir: Path) -> None:
    for path in list(replaced_files(data_dir)):
        path.unlink()


def batches(data_dir: Path) -> list[BatchEntry]:
    return [entry for entry in Manifest(data_dir).entries("app_database") if entry.state == "accepted"]


def assert_whole(data_dir: Path, wanted: dict[str, list[Row]]) -> None:
    assert rows(data_dir) == wanted
    settings = CompanyDatabase(data_dir).folder.settings
    assert unbalanced_files(settings, Manifest(data_dir).entries()) == []


def test_one_file_has_the_rows_of_all_and_the_batches_stay(shop: CompanyDatabase) -> None:
    path = shop.folder.path
    wanted, entries, past = rows(path), counted(path), remembered(path)
    assert join_all(path) == [f"10 small raw files of app_database.{name}" for name in (ORDERS, PULLS, USERS)]
    remove_replaced(path)
    assert [len(list((path / "raw" / "app_database" / name).glob("2*"))) for name in (ORDERS, USERS)] == [
        1,
        1,
    ]
    assert_whole(path, wanted)
    assert counted(path) == entries
    assert remembered(path) == past
    assert join_all(path) == [], "one file is enough"
    assert len(Manifest(path).raw_files("app_events", "events")) == READINGS, "their files are chosen by date"


def test_readings_go_on_from_joined_files(shop: CompanyDatabase) -> None:
    path = shop.folder.path
    join_all(path)
    remove_replaced(path)
    shop.execute("insert into orders values ('shop', 'new', 'u1', '7.00', '2026-03-31T00:00:00Z')")
    before = rows(path)
    shop.pull(READINGS)
    assert shop.outcome(ORDERS)["reading"] == "changes"
    new = [row for row in rows(path)[ORDERS] if row not in before[ORDERS]]
    assert [row["order_id"] for row in new] == ["new"]
    # The joined file and those after it become one, of the same batches.
    for number in range(1, joining.AT_LEAST):
        shop.execute(f"insert into orders values ('shop', 'n{number}', 'u1', '7', '2026-03-31T01:00:00Z')")
        shop.pull(READINGS + number)
    wanted = rows(path)
    assert f"{joining.AT_LEAST + 1} small raw files of app_database.{ORDERS}" in join_all(path)
    remove_replaced(path)
    assert len(files(path, ORDERS)) == 1
    assert_whole(path, wanted)


@pytest.mark.parametrize("number", [0, 4, READINGS - 1])
def test_a_withdrawn_batch_has_its_own_files_again(shop: CompanyDatabase, number: int) -> None:
    path = shop.folder.path
    entry = batches(path)[number]
    own = {path / file.raw_path: pq.read_table(path / file.raw_path) for file in entry.files if file.raw_path}
    wanted = {name: [r for r in all if r["_batch_id"] != entry.batch_id] for name, all in rows(path).items()}
    join_all(path)
    remove_replaced(path)
    assert not any(file.exists() for file in own)
    Manifest(path).set_state(entry.batch_id, "withdrawn")
    assert_whole(path, wanted)
    remove_replaced(path)
    assert_whole(path, wanted)
    assert {
        path / file.raw_path for file in Manifest(path).entry(entry.batch_id).files if file.raw_path
    } == set(own)  # type: ignore[union-attr]
    for file, table in own.items():
        assert pq.read_table(file).to_pylist() == table.to_pylist()
    # What a withdrawn batch had brought is read again.
    shop.pull(READINGS + 1)
    assert shop.outcome(ORDERS)["reading"] == "whole"
    brought = [row["order_id"] for row in rows(path)[ORDERS]]
    assert sorted(set(brought)) == [f"o{n}-{m}" for n in range(READINGS) for m in range(3)]


def test_the_last_batch_of_a_joined_file_leaves_none(shop: CompanyDatabase) -> None:
    path = shop.folder.path
    join_all(path)
    remove_replaced(path)
    for entry in batches(path):
        Manifest(path).set_state(entry.batch_id, "withdrawn")
    remove_replaced(path)
    assert rows(path) == {ORDERS: [], USERS: [], PULLS: []}
    assert list((path / "raw").rglob("*-j*")) == []
    assert_whole(path, rows(path))


def test_what_waits_or_was_never_built_is_left_out(shop: CompanyDatabase) -> None:
    path = shop.folder.path
    held, unbuilt = (entry.batch_id for entry in batches(path)[2:4])
    Manifest(path).set_state(held, "held")
    assert join_all(path, every_batch(path) - {unbuilt})[0].startswith("8 ")
    assert len(files(path, ORDERS)) == 2
    Manifest(path).set_state(held, "accepted")
    assert len(files(path, ORDERS)) == 3
    assert_whole(path, rows(path))


def test_few_files_and_large_ones_are_left(shop: CompanyDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shop.folder.path
    assert join_all(path, {entry.batch_id for entry in batches(path)[: joining.AT_LEAST - 1]}) == []
    monkeypatch.setattr(joining, "SMALL", 100)
    assert join_all(path) == []
    monkeypatch.setattr(joining, "SMALL", 1 << 20)
    sizes = [file.stat().st_size for file in files(path, ORDERS)]
    monkeypatch.setattr(joining, "JOINED", sum(sizes[:4]))  # a file takes no more than it may
    wanted = rows(path)
    assert sum(ORDERS in said for said in join_all(path)) > 1
    assert_whole(path, wanted)


def test_a_damaged_file_is_joined_with_nothing(shop: CompanyDatabase) -> None:
    path = shop.folder.path
    damaged = files(path, ORDERS)[3]
    pq.write_table(pq.read_table(damaged).slice(1), damaged)
    there = files(path, ORDERS)
    with pytest.raises(RowsDiffer, match="orders: files do not hold the rows"):
        join_all(path)
    assert files(path, ORDERS) == sorted(damaged.parent.glob("[!_]*")) == there


def test_a_killed_joining_goes_on(landed: Path, tmp_path: Path) -> None:
    def work(folder: Path) -> None:
        for small in small_files(folder, every_batch(folder)):
            if small.entity == ORDERS:
                join(folder, small)
        remove_replaced(folder)

    wanted, left = rows(landed), until_it_lives(landed, tmp_path, work)
    assert len(left) > 12
    for folder in left:
        assert_whole(folder, wanted)
        work(folder)
        assert_whole(folder, wanted)
        assert files(folder, ORDERS) == sorted((folder / "raw" / "app_database" / ORDERS).glob("2*"))
        assert len(files(folder, ORDERS)) == 1
        leftovers_are_removed(folder)


def test_a_killed_withdrawal_is_done_again(landed: Path, tmp_path: Path) -> None:
    joined = shutil.copytree(landed, tmp_path / "joined")
    join_all(joined)
    remove_replaced(joined)
    wanted, middle = rows(joined), batches(joined)[5].batch_id
    without = {name: [row for row in all if row["_batch_id"] != middle] for name, all in wanted.items()}
    left = until_it_lives(
        joined, tmp_path, lambda folder: Manifest(folder).set_state(middle, "withdrawn"), step=2
    )
    assert len(left) > 10
    for folder in left:
        if Manifest(folder).entry(middle).state == "accepted":  # type: ignore[union-attr]
            assert_whole(folder, wanted)
            remove_replaced(folder)
            assert_whole(folder, wanted)
            Manifest(folder).set_state(middle, "withdrawn")
        assert_whole(folder, without)
        remove_replaced(folder)
        assert_whole(folder, without)
        leftovers_are_removed(folder)


def leftovers_are_removed(folder: Path) -> None:
    """A day later by the next landing; nothing else is."""
    for path in (folder / "raw").rglob("*"):
        os.utime(path, (1, 1))
    there = rows(folder)
    remove_leftovers(folder, "app_database")
    assert rows(folder) == there
    assert list((folder / "raw" / "app_database").rglob(".*")) == []
