"""Pruning removes what nobody reads again, and nothing else; what a dry run lists is what goes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ingestion.manifest import BatchEntry, FileEntry, Manifest
from ingestion.settings import ConfigurationError
from orchestration.defs.maintenance import audit_job, prune_job
from orchestration.defs.resources import Workspace
from orchestration.pruning import end_of_keeping, prune

DAYS = dg.DailyPartitionsDefinition("2026-01-01")
LONG_AGO = datetime.now(UTC) - timedelta(days=200)


@dg.asset(partitions_def=DAYS)
def pulled() -> None: ...


def batch(manifest: Manifest, name: str, state: str, at: datetime, path: str) -> Path:
    """A batch of one raw file that came into its state at that time."""
    file = FileEntry("events", f"{name}.ndjson", 1, 1, 0, 0, 0, raw_path=path, sha256=name)
    manifest.commit(BatchEntry(name, "app_events", at.isoformat(), at.isoformat(), (file,)))
    manifest.set_state(name, state, "by hand")
    states = next(manifest.folder.glob(f"{name}.1.*.json"))
    states.write_text(states.read_text().replace(str(datetime.now(UTC).date()), str(at.date())))
    raw = manifest.data_dir / path
    raw.parent.mkdir(parents=True, exist_ok=True)
    raw.write_bytes(b"x" * 10)
    return raw


def said(data_dir: Path, instance: dg.DagsterInstance, *, dry_run: bool, days: int = 90) -> list[str]:
    lines: list[str] = []
    before = datetime.now(UTC) - timedelta(days=days)
    prune(data_dir, instance, before, dry_run=dry_run, say=lines.append)
    return [line.removeprefix("would remove ").removeprefix("removed ") for line in lines]


def test_only_raw_files_of_batches_withdrawn_long_ago_go(tmp_path: Path) -> None:
    manifest, now = Manifest(tmp_path), datetime.now(UTC)
    old = batch(manifest, "20260101T000000000000Z-00000001", "withdrawn", LONG_AGO, "raw/a.parquet")
    kept = [
        batch(manifest, "20260101T000000000000Z-00000002", "withdrawn", now, "raw/b.parquet"),
        batch(manifest, "20260101T000000000000Z-00000003", "accepted", LONG_AGO, "raw/c.parquet"),
        batch(manifest, "20260101T000000000000Z-00000004", "held", LONG_AGO, "raw/d.parquet"),
    ]
    counts = [entry.files for entry in manifest.entries()]
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "home")) as instance:
        listed = said(tmp_path, instance, dry_run=True)
        assert old.exists()
        assert said(tmp_path, instance, dry_run=False) == listed
        assert said(tmp_path, instance, dry_run=False) == []
    assert len(listed) == 1
    assert not old.exists()
    assert all(path.exists() for path in kept)
    assert [entry.files for entry in Manifest(tmp_path).entries()] == counts


def test_the_newest_publications_and_the_current_one_stay(tmp_path: Path) -> None:
    versions = tmp_path / "published" / "versions"
    for name in "abcdef":
        (versions / name).mkdir(parents=True)
    (tmp_path / "published" / "current").symlink_to("versions/b")
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "home")) as instance:
        said(tmp_path, instance, dry_run=False)
    assert sorted(path.name for path in versions.iterdir()) == ["b", "d", "e", "f"]


def test_reports_of_old_days_go_but_the_one_that_latest_shows(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    days = [str(today - timedelta(days=age)) for age in (400, 200, 91, 90, 1)]
    for name in (*days, "quality", "not-a-da-te"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "company.html").write_text("x" * 10)
    (tmp_path / "reports" / "latest").symlink_to(days[1])
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "home")) as instance:
        listed = said(tmp_path, instance, dry_run=True)
        assert len(list((tmp_path / "reports").iterdir())) == 8
        assert said(tmp_path, instance, dry_run=False) == listed
    assert listed == [f"report of {day} (0.0 MB)" for day in (days[0], days[2])]
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == sorted(
        [days[1], *days[3:], "latest", "quality", "not-a-da-te"]
    )


def test_an_old_run_goes_and_the_days_that_it_pulled_stay_pulled(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        old = dg.materialize([pulled], instance=instance, partition_key="2026-01-05").run_id
        assert said(tmp_path, instance, dry_run=False) == []  # it ended just now
        assert old in said(tmp_path, instance, dry_run=True, days=-1)[0]
        assert len(said(tmp_path, instance, dry_run=False, days=-1)) == 1
        assert instance.get_run_by_id(old) is None
        assert instance.get_materialized_partitions(pulled.key) == {"2026-01-05"}


@pytest.mark.parametrize("days", ["0", "-4", "99999999999", "ninety"])
def test_an_unusable_number_of_days_is_named(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    monkeypatch.setenv("OPS_KEEP_DAYS", days)
    with pytest.raises(ConfigurationError, match=f"OPS_KEEP_DAYS={days}"):
        end_of_keeping()


def test_the_monthly_job_does_what_the_command_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_DATA_DIR", str(tmp_path))
    manifest = Manifest(tmp_path)
    old = batch(manifest, "20260101T000000000000Z-00000001", "withdrawn", LONG_AGO, "raw/a.parquet")
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "home")) as instance:
        done = prune_job.execute_in_process(instance=instance, resources={"workspace": Workspace()})
    assert done.success
    assert not old.exists()


def test_an_audit_without_a_warehouse_fails_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPS_DATA_DIR", str(tmp_path))
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "home")) as instance:
        failed = audit_job.execute_in_process(
            instance=instance, resources={"workspace": Workspace()}, raise_on_error=False
        )
    assert not failed.success
    (step,) = failed.get_step_failure_events()
    assert "run the whole refresh" in str(step.event_specific_data)
