"""`make prune`: removes what nobody will read again. DRY_RUN=1 lists it and removes nothing.

Goes: publications beyond the newest three, raw files of batches withdrawn more than OPS_KEEP_DAYS (default 90) ago,
Dagster runs that ended as long ago with what they printed, daily reports of days as long ago (the newest stays), logs
of dbt beyond its newest. Stays: every entry of the manifest with its counts and dates, everything quarantined, and each
raw row that a rebuild or an as-of query reads. Small raw files of a table become one (ingestion/joining.py); they go
themselves when a later pruning finds that the warehouse reads the joined one.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import dagster as dg

from ingestion.joining import join, replaced_files, small_files
from ingestion.manifest import Manifest
from ingestion.settings import ConfigurationError, Settings
from orchestration.command import change
from orchestration.erasure.pending import is_pending
from orchestration.instance import opened_instance
from orchestration.last_build import LastBuild
from orchestration.publication.swap import old_versions

KEEP_DAYS, LONGEST_DAYS = 90, 100_000
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dataclass(frozen=True)
class Waste:
    """One thing to remove, or to join: what it is for a person, the bytes that come free, and how it is done."""

    what: str
    size: int
    act: Callable[[], None]
    verbs: tuple[str, str] = ("remove", "removed")


def waste(data_dir: Path, instance: dg.DagsterInstance, before: datetime) -> Iterator[Waste]:
    """Everything that may go. `before` ends the time that raw files, runs and reports are kept; publications go by
    number."""
    for version in old_versions(data_dir):
        yield Waste(f"publication {version.name}", _size(version), partial(shutil.rmtree, version))
    yield from _withdrawn(data_dir, before)
    yield from _runs(instance, before)
    yield from _reports(data_dir, before)
    for log in sorted((data_dir / "dbt" / "logs").glob("dbt.log.*")):
        yield Waste(f"log {log.name}", _size(log), log.unlink)
    yield from _small_raw_files(data_dir)


def end_of_keeping() -> datetime:
    """What ended before this moment may go: OPS_KEEP_DAYS ago. Raises ConfigurationError."""
    text = os.environ.get("OPS_KEEP_DAYS") or str(KEEP_DAYS)
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= LONGEST_DAYS:
        raise ConfigurationError(f"OPS_KEEP_DAYS={text}: a number of days from 1 to {LONGEST_DAYS:,}")
    return datetime.now(UTC) - timedelta(days=int(text))


def prune(
    data_dir: Path,
    instance: dg.DagsterInstance,
    before: datetime,
    *,
    dry_run: bool,
    say: Callable[[str], None],
) -> int:
    """Remove it, naming each; the number of bytes. The caller holds the writer lock."""
    freed, partitions = 0, _materialized_partitions(instance)
    for thing in waste(data_dir, instance, before):
        if not dry_run:
            thing.act()
        verb = f"would {thing.verbs[0]}" if dry_run else thing.verbs[1]
        say(f"{verb} {thing.what} ({thing.size / 1e6:,.1f} MB)")
        freed += thing.size
    _report_again(instance, partitions)
    return freed


def _materialized_partitions(instance: dg.DagsterInstance) -> dict[dg.AssetKey, set[str]]:
    found = {key: instance.get_materialized_partitions(key) for key in instance.all_asset_keys()}
    return {key: partitions for key, partitions in found.items() if partitions}


def _report_again(instance: dg.DagsterInstance, before: dict[dg.AssetKey, set[str]]) -> None:
    """A day that was pulled by a run that is gone was still pulled: the UI must not show it as missing."""
    for key, partitions in before.items():
        for lost in sorted(partitions - instance.get_materialized_partitions(key)):
            told = "The run that made it was pruned."
            instance.report_runless_asset_event(dg.AssetMaterialization(key, told, partition=lost))


def _withdrawn(data_dir: Path, before: datetime) -> Iterator[Waste]:
    """Raw files that only withdrawn batches name: no build reads them, and a withdrawn batch does not come back."""
    entries = Manifest(data_dir).entries()
    read = {file.raw_path for entry in entries if entry.state != "withdrawn" for file in entry.files}
    for entry in entries:
        if entry.state != "withdrawn" or datetime.fromisoformat(entry.state_at) >= before:
            continue
        for path in sorted({file.raw_path for file in entry.files if file.raw_path} - read):
            raw = data_dir / path
            if raw.exists():
                yield Waste(f"raw file {path} of withdrawn batch {entry.batch_id}", _size(raw), raw.unlink)


def _small_raw_files(data_dir: Path) -> Iterator[Waste]:
    """What was joined before and nobody reads now; then what can be joined. Not while half a person is erased."""
    last = LastBuild.read(data_dir)
    if last is None or is_pending(data_dir):
        return
    for raw in list(replaced_files(data_dir)):
        if not last.reads(raw):
            path = raw.relative_to(data_dir)
            yield Waste(f"raw file {path}, of which a joined file has the rows", _size(raw), raw.unlink)
    for small in list(small_files(data_dir, last.batches)):
        yield Waste(str(small), 0, partial(join, data_dir, small), ("join", "joined"))


def _runs(instance: dg.DagsterInstance, before: datetime) -> Iterator[Waste]:
    home = Path(instance.root_directory)
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(ENDED), created_before=before)):
        run = record.dagster_run.run_id
        printed, events = home / "storage" / run, home / "history" / "runs" / f"{run}.db"

        def remove(run: str = run, printed: Path = printed) -> None:
            instance.delete_run(run)
            shutil.rmtree(printed, ignore_errors=True)

        what = f"run {run} of {record.create_timestamp:%Y-%m-%d}"
        yield Waste(what, _size(printed) + _size(events), remove)


def _reports(data_dir: Path, before: datetime) -> Iterator[Waste]:
    """Reports of days that ended before; what `latest` shows stays however old it is."""
    # Its templates are 0.3 s that the asset graph need not wait for.
    from orchestration.report.write import FOLDER, LATEST

    folder = data_dir / FOLDER
    latest = (folder / LATEST).resolve()
    for path in sorted(folder.glob("????-??-??")):
        try:
            is_old = date.fromisoformat(path.name) < before.date()
        except ValueError:
            continue
        if is_old and path.is_dir() and path.resolve() != latest:
            yield Waste(f"report of {path.name}", _size(path), partial(shutil.rmtree, path))


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0


def main() -> int:
    dry_run = bool(os.environ.get("DRY_RUN"))

    def act(settings: Settings) -> str:
        with opened_instance() as instance:
            freed = prune(settings.data_dir, instance, end_of_keeping(), dry_run=dry_run, say=print)
        return f"{freed / 1e6:,.1f} MB {'would be' if dry_run else 'are'} free"

    return change("make prune", act)


if __name__ == "__main__":
    sys.exit(main())
