"""Pruning joins small raw files; the build, an erasure and a withdrawal find the same rows as before."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion import joining
from ingestion.manifest import Manifest
from orchestration.arrival import unbalanced_files
from orchestration.batches import change_state
from orchestration.erasure.pending import Pending
from orchestration.freeze import WAREHOUSE, freeze
from orchestration.pruning import prune
from tests.unit.orchestration.batches import settings
from tests.unit.orchestration.decoded_files import files_that_say
from tests.unit.orchestration.erasure.erasure_company import MARY, SECRETS, Company, landed_company, unchanged
from tests.unit.orchestration.test_run_set import EVENT, accept, end_well

BATCHES = 9


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine batches of two workbook tables, one of events, and a whole build of them."""
    path = tmp_path_factory.mktemp("joined") / "data"
    for number in range(BATCHES):
        app = {"app_id": "shop", "timezone": "Asia/Shanghai", "app_name": f"Shop {number}"}
        excluded = {"app_id": "shop", "user_id": MARY, "reason": f"reason {number}"}
        accept(path, "ops_workbook", {"apps": [app], "excluded_users": [excluded]})
    accept(path, "app_events", {"events": [EVENT]})
    freeze(settings(path), "run 1", "1")
    end_well(path)
    return path


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "data")


def said(data_dir: Path, *, dry_run: bool = False) -> list[str]:
    lines: list[str] = []
    with dg.DagsterInstance.ephemeral(tempdir=str(data_dir.parent / "home")) as instance:
        prune(data_dir, instance, datetime.now(UTC) - timedelta(days=90), dry_run=dry_run, say=lines.append)
    return lines


def read(data_dir: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(data_dir / WAREHOUSE), read_only=True) as connection:
        return connection.execute(query).fetchall()


def frozen_rows(data_dir: Path) -> list[tuple]:
    """What read_raw gives dbt of the workbook, and the counts beside it."""
    paths = [path for (path,) in read(data_dir, "select path from meta.raw_files where entity = 'apps'")]
    rows = (
        duckdb.connect().sql(f"select app_name, _batch_id from read_parquet({paths}) order by all").fetchall()
    )
    counts = read(data_dir, "select entity, sum(rows) from meta.raw_files group by all order by all")
    batches = read(data_dir, "from meta.batches order by all")
    return [*rows, *counts, *batches]


def test_a_dry_run_lists_what_is_joined_and_the_next_build_is_none(data_dir: Path) -> None:
    before = frozen_rows(data_dir)
    listed = said(data_dir, dry_run=True)
    assert listed == [
        f"would join 9 small raw files of ops_workbook.{entity} (0.0 MB)"
        for entity in ("apps", "excluded_users")
    ]
    assert not list((data_dir / "raw").rglob("*-j*"))
    assert said(data_dir) == [line.replace("would join", "joined") for line in listed]
    # What the warehouse was built of is still there: its views and the audit read it.
    assert frozen_rows(data_dir) == before
    assert said(data_dir) == []
    again = freeze(settings(data_dir), "run 2", "1")
    assert (again.add, again.remove, again.whole) == ((), (), "")
    assert frozen_rows(data_dir) == before
    assert read(data_dir, "select count(*) from meta.raw_files where entity = 'apps'") == [(1,)]
    assert said(data_dir) == [], "nobody knows what a build that did not end reads"
    end_well(data_dir)
    gone = said(data_dir, dry_run=True)
    assert said(data_dir) == [line.replace("would remove", "removed") for line in gone]
    assert len(gone) == 2 * BATCHES
    assert frozen_rows(data_dir) == before
    assert len(list((data_dir / "raw" / "ops_workbook" / "apps").glob("2*"))) == 1
    assert said(data_dir) == []
    (data_dir / WAREHOUSE).unlink()
    whole = freeze(settings(data_dir), "run 3", "1")
    assert len(whole.add) == BATCHES + 1
    assert frozen_rows(data_dir) == before


def joined(data_dir: Path) -> None:
    """Joined, built again, and the small files gone."""
    said(data_dir)
    freeze(settings(data_dir), "run 2", "1")
    end_well(data_dir)
    said(data_dir)


def test_a_withdrawn_workbook_takes_its_rows_with_it(data_dir: Path) -> None:
    joined(data_dir)
    newest = [entry.batch_id for entry in Manifest(data_dir).entries("ops_workbook")][-1]
    assert change_state(Manifest(data_dir), "withdraw", newest).batch_id == newest
    removed = freeze(settings(data_dir), "run 3", "1")
    assert removed.remove == (newest,)
    assert removed.whole.startswith("the code, the settings, or the apps")  # another snapshot counts
    names = [row[0] for row in frozen_rows(data_dir)[: BATCHES - 1]]
    assert names == [f"Shop {number}" for number in range(BATCHES - 1)]
    assert unbalanced_files(settings(data_dir), Manifest(data_dir).entries()) == []
    # Withdrawn for long enough, its own file goes, and no other.
    end_well(data_dir)
    lines: list[str] = []
    with dg.DagsterInstance.ephemeral(tempdir=str(data_dir.parent / "home")) as instance:
        prune(data_dir, instance, datetime.now(UTC) + timedelta(days=1), dry_run=False, say=lines.append)
    assert sum(f"of withdrawn batch {newest}" in each for each in lines) == 2
    again = freeze(settings(data_dir), "run 4", "1")
    assert (again.add, again.remove, again.whole) == ((), (), "")


def test_nothing_is_joined_while_nobody_knows_what_is_built(data_dir: Path) -> None:
    freeze(settings(data_dir), "run 2", "2")
    assert said(data_dir) == []
    end_well(data_dir)
    Pending("shop", MARY, "erased-1", ()).write(data_dir)
    assert said(data_dir) == []
    (data_dir / "erased" / "pending.json").unlink()
    assert len(said(data_dir)) == 2


def test_a_person_goes_out_of_joined_files_and_batches_can_still_be_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company(landed_company(tmp_path))
    monkeypatch.setattr(joining, "AT_LEAST", 2)
    for number in range(3):
        company.folder.put("ops_workbook/excluded_users.csv", excluded(number))
        company.land()
        company.database.execute(
            f"insert into users values ('shop', 'u{number}', '2026-03-30T05:00:00Z', 'x')"
        )
        company.database.pull(number)
    every = Manifest(company.path).batch_ids()
    small = list(joining.small_files(company.path, every))
    assert {"users", "excluded_users"} <= {each.entity for each in small}
    before = by_place(company)
    for each in small:
        joining.join(company.path, each)
    for path in list(joining.replaced_files(company.path)):
        path.unlink()
    assert by_place(company) == before
    company.erase()
    after = by_place(company)
    assert unchanged(after) == unchanged(before)
    assert files_that_say(company.path, *SECRETS[1:]) == []
    entries = [entry for entry in Manifest(company.path).entries("ops_workbook") if entry.state == "accepted"]
    Manifest(company.path).set_state(entries[-2].batch_id, "withdrawn")
    assert unbalanced_files(company.folder.settings, Manifest(company.path).entries()) == []
    assert files_that_say(company.path, *SECRETS[1:]) == []
    for path in list(joining.replaced_files(company.path)):
        path.unlink()
    assert by_place(company) == after


def excluded(number: int) -> str:
    return f"app_id,user_id,device_id,reason\nshop,{MARY},,my secret\nshop,other {number},,x\n"


def by_place(company: Company) -> dict[str, list[dict]]:
    """All rows there are on disk, in order of their batches."""
    order: Callable[[dict], tuple] = lambda row: (row["_batch_id"], row["_source_file"], row["_source_row"])  # noqa: E731
    return {table: sorted(rows, key=order) for table, rows in company.rows().items()}
