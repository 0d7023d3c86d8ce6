"""Landing is all or nothing whenever it stops: killed, failing half-way through its commit, the clock set back."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import landing as landing_module
from ingestion import leftovers
from ingestion.errors import SourceError
from ingestion.landing import Landing
from ingestion.leftovers import remove_leftovers
from ingestion.manifest import Manifest
from ingestion.schema_file import write_schema_file
from ingestion.sources.app_events import pull
from tests.unit.ingestion.killed_landings import file_of_attempt
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts
from tests.unit.ingestion.test_landing import NOW, THINGS, land, raw

REPOSITORY = Path(__file__).resolve().parents[3]
ATTEMPTS = 12


def contents(company: CompanyFolder) -> set[tuple[str, str]]:
    return {(row["event_id"], row["_content_hash"]) for row in company.landed("app_events", "events")}


def test_a_killed_landing_loses_and_invents_nothing(tmp_path: Path) -> None:
    company, clean = CompanyFolder(tmp_path / "killed"), CompanyFolder(tmp_path / "clean")
    answer = subprocess.run(
        [sys.executable, "-m", "tests.unit.ingestion.killed_landings", company.path, "1", str(ATTEMPTS)],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(answer.stdout) >= ATTEMPTS // 4
    for entry in Manifest(company.path).entries():
        read: dict[str, int] = {}
        for file in entry.files:
            assert file.is_conserved
            read[file.file_name] = read.get(file.file_name, 0) + file.rows_read
        assert set(read.values()) == {47}
        for path in {file.raw_path for file in entry.files} | {file.quarantine_path for file in entry.files}:
            assert path is None or pq.read_table(company.path / path).num_rows > 0
    company.accept(pull(company.settings))
    for number in range(ATTEMPTS):
        clean.put(*file_of_attempt(number))
    (result,) = pull(clean.settings)
    assert set(counts(result)) == {
        file.file_name for entry in Manifest(company.path).entries() for file in entry.files
    }
    assert contents(company) == contents(clean)
    rows = [(row["_source_file"], row["_source_row"]) for row in company.landed("app_events", "events")]
    assert len(rows) == len(set(rows))
    assert pull(company.settings) == []


def test_what_a_killed_landing_left_is_removed_a_day_later(tmp_path: Path) -> None:
    _, result = land(tmp_path, [{"thing_id": "a"}, {"thing_id": None}])
    kept = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    folder = tmp_path / "raw" / "shop" / "things"
    batch = "20260101T000000000000Z-00000000"
    for name in (f".{batch}-001.parquet.tmp", f".{batch}-001.parquet.tmp.kept", f"{batch}-001.parquet"):
        (folder / name).write_bytes(b"half")
    assert remove_leftovers(tmp_path, "shop") == []
    for path in tmp_path.rglob("*.*"):
        os.utime(path, (0, time.time() - leftovers.UNTOUCHED - 60))
    assert len(remove_leftovers(tmp_path, "shop")) == 3
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == kept
    assert len(raw(tmp_path)) == 1
    assert result.batch_id


def test_a_commit_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.replace, []

    def full_disk(*paths: object) -> None:
        calls.append(paths)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(*paths)  # type: ignore[arg-type]

    write_schema_file(tmp_path, THINGS)
    monkeypatch.setattr(landing_module.os, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        land(tmp_path, [{"thing_id": "a"}, {"thing_id": None}])
    assert Manifest(tmp_path).entries() == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["_schema.parquet"]


def test_an_error_after_the_commit_keeps_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = Manifest.commit

    def commit_and_fail(self: Manifest, entry: object) -> None:
        commit(self, entry)  # type: ignore[arg-type]
        raise OSError(5, "fsync of the folder failed")

    monkeypatch.setattr(Manifest, "commit", commit_and_fail)
    with pytest.raises(OSError, match="fsync"):
        land(tmp_path, [{"thing_id": "a"}])
    assert len(raw(tmp_path)) == 1


def test_batches_of_one_microsecond_and_of_a_clock_set_back_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        moments = iter([datetime(2026, 4, 1, tzinfo=UTC)] * 3 + [datetime(2026, 3, 1, tzinfo=UTC)] * 2)

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return next(cls.moments)

    monkeypatch.setattr(landing_module, "datetime", Clock)
    batches = [land(tmp_path, [{"thing_id": "a", "pieces": str(n)}])[1].batch_id for n in (3, 1, 4, 2)]
    assert batches == sorted(set(batches))
    assert [entry.batch_id for entry in Manifest(tmp_path).entries()] == batches
    assert land(tmp_path, [{"thing_id": "a", "pieces": "2"}], accept=False)[0].duplicate == 1


def test_states_are_numbered_after_the_newest(tmp_path: Path) -> None:
    _, result = land(tmp_path, [{"thing_id": "a"}], accept=False)
    manifest = Manifest(tmp_path)
    for state in ("held", "accepted", "withdrawn"):
        manifest.set_state(result.batch_id, state)
    next(manifest.folder.glob("*.1.held.json")).unlink()
    manifest.set_state(result.batch_id, "accepted")
    assert manifest.entry(result.batch_id).state == "accepted"


def test_a_stranger_in_the_manifest_is_named(tmp_path: Path) -> None:
    land(tmp_path, [{"thing_id": "a"}])
    for text in ("", "[1]", '{"notes": 1}'):
        (tmp_path / "raw" / "_manifest" / "notes.json").write_text(text)
        with pytest.raises(SourceError, match=r"raw/_manifest/notes\.json"):
            Manifest(tmp_path).entries()


def test_a_broken_schema_file_is_written_again(tmp_path: Path) -> None:
    path = write_schema_file(tmp_path, THINGS)
    path.write_bytes(b"PAR1")
    assert pq.read_schema(write_schema_file(tmp_path, THINGS)).equals(THINGS.schema)


@pytest.mark.parametrize("name", ["withdrawals", "selected", "from_shop"])
def test_a_relation_may_have_any_name(tmp_path: Path, name: str) -> None:
    with Landing(tmp_path, "shop", NOW) as landing:
        landing.connection.register(name, pa.table({"thing_id": ["a"]}))
        assert landing.add(THINGS, name).landed == 1
        assert landing.add(THINGS, f"\n SELECT 'b' as thing_id from {name}").landed == 1
