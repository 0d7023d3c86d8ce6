"""The arrival gate: every landed batch of a source is judged once and becomes accepted or held.

A held batch keeps the gate shut until a person accepts or withdraws it, or an accepted batch that brings
everything it had takes its place.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from importlib import import_module

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.contracts import CONTRACTS
from ingestion.manifest import BatchEntry, Manifest
from ingestion.schema_file import write_schema_file
from ingestion.scratch import scratch_connection
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.platforms import PLATFORMS
from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Judgement

#: Source -> module of orchestration.expectations that holds its family's suite.
SUITES = {
    "app_events": "app_events",
    "app_database": "app_database",
    "ops_workbook": "ops_workbook",
    **{platform.source: "ad_accounts" for platform in PLATFORMS},
    "wechat_official_account": "channels",
    "douyin": "channels",
    "ga4": "channels",
    "app_store": "channels",
    "google_play": "channels",
    "platform_exports": "channels",
}


@dataclass
class Arrival:
    """What became of the batches of one source. `held` has those of earlier runs too, `reviewed` only new ones.

    `judged`: what the suite said of each new batch.
    """

    source: str
    reviewed: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    superseded: dict[str, str] = field(default_factory=dict)
    evaluated: int = 0
    notes: list[str] = field(default_factory=list)
    judged: list[tuple[BatchEntry, Judgement]] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        return not self.held


Judge = Callable[[BatchView], Judgement]


def review(settings: Settings, source: str, judge_batch: Judge | None = None) -> Arrival:
    """Judge the landed batches of a source, oldest first. An error while judging leaves a batch landed."""
    for contract in CONTRACTS:
        if contract.source == source:
            write_schema_file(settings.data_dir, contract)
    manifest = Manifest(settings.data_dir)
    arrival = Arrival(source)
    entries = manifest.entries(source)
    accepted = [entry for entry in entries if entry.state == "accepted"]
    waiting = [entry for entry in entries if entry.state == "landed"]
    arrival.held = {entry.batch_id: entry.state_reason for entry in entries if entry.state == "held"}
    for entry in waiting:
        arrival.reviewed.append(entry.batch_id)
        if unbalanced := unbalanced_files(settings, [entry]):
            _hold(manifest, arrival, entry, "; ".join(unbalanced))
            continue
        judgement = _judge(settings, entry, accepted, judge_batch or run_suite)
        arrival.judged.append((entry, judgement))
        arrival.evaluated += judgement.evaluated
        arrival.notes.extend(judgement.notes)
        if judgement.is_met:
            manifest.set_state(entry.batch_id, "accepted", f"{judgement.evaluated} expectations met")
            accepted.append(entry)
            arrival.accepted.append(entry.batch_id)
        else:
            _hold(manifest, arrival, entry, f"{_files(entry)}: {'; '.join(map(str, judgement.unmet))}")
    _settle_superseded(settings, manifest, arrival)
    if source == "ops_workbook":
        _accept_corrected(settings, manifest, arrival, accepted, judge_batch or run_suite)
    return arrival


def _hold(manifest: Manifest, arrival: Arrival, entry: BatchEntry, reason: str) -> None:
    manifest.set_state(entry.batch_id, "held", reason)
    arrival.held[entry.batch_id] = reason


def _files(entry: BatchEntry) -> str:
    """The files of a batch, for a person who has to find the wrong one."""
    names = list(dict.fromkeys(file.file_name for file in entry.files if file.entity != "pulls"))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def run_suite(view: BatchView) -> Judgement:
    """The source family's Great Expectations suite."""
    from orchestration.expectations.judges import Judges

    name = SUITES[view.entry.source]
    frames = import_module(f"orchestration.expectations.{name}").frames(view)
    return Judges.judge(name, frames)


def _judge(settings: Settings, entry: BatchEntry, history: list[BatchEntry], judge_batch: Judge) -> Judgement:
    with scratch_connection(settings.data_dir, "arrival") as connection:
        zone = settings.reporting_timezone
        view = BatchView(settings.data_dir, entry, tuple(history), settings.as_of, zone, connection)
        return judge_batch(view)


def _settle_superseded(settings: Settings, manifest: Manifest, arrival: Arrival) -> None:
    """Withdraw held batches when a batch accepted now, landed later, brings all that they had asked or read."""
    newly = [entry for entry in manifest.entries(arrival.source) if entry.batch_id in arrival.accepted]
    for held in [entry for entry in manifest.entries(arrival.source) if entry.batch_id in arrival.held]:
        for entry in newly:
            content = _content(settings, held)
            if entry.landed_at > held.landed_at and content and content <= _content(settings, entry):
                manifest.set_state(held.batch_id, "withdrawn", f"superseded by {entry.batch_id}")
                arrival.superseded[held.batch_id] = entry.batch_id
                del arrival.held[held.batch_id]
                break


def _accept_corrected(
    settings: Settings, manifest: Manifest, arrival: Arrival, accepted: list[BatchEntry], judge_batch: Judge
) -> None:
    """Accept a held workbook of which later workbooks replace every table that was wrong.

    A workbook brings only the tables that changed: the sound ones of the held batch come from nowhere else,
    and the wrong ones are not read any more, since the newest snapshot of a table counts.
    """
    for held in [entry for entry in manifest.entries(arrival.source) if entry.batch_id in arrival.held]:
        replaced = {
            file.entity for entry in accepted if entry.landed_at > held.landed_at for file in entry.files
        }
        remaining = tuple(file for file in held.files if file.entity not in replaced)
        if remaining == held.files:
            continue
        judgement = _judge(settings, replace(held, files=remaining), accepted, judge_batch)
        if judgement.is_met:
            manifest.set_state(
                held.batch_id, "accepted", "later workbooks replace the tables that were wrong"
            )
            arrival.accepted.append(held.batch_id)
            del arrival.held[held.batch_id]


def _content(settings: Settings, entry: BatchEntry) -> set[tuple]:
    """What a batch stands for: pulled (account, entity, date)s, else workbook tables; empty for event files."""
    pulls = [
        settings.data_dir / file.raw_path for file in entry.files if file.entity == "pulls" and file.raw_path
    ]
    if pulls:
        columns = ["account_id", "entity", "report_date", "status"]
        rows = (row for path in pulls for row in pq.read_table(path, columns=columns).to_pylist())
        return {
            (row["account_id"], row["entity"], row["report_date"])
            for row in rows
            if row["status"] == "complete"
        }
    if entry.source == "ops_workbook":
        return {("table", file.entity) for file in entry.files}
    return set()


def unbalanced_files(settings: Settings, entries: Iterable[BatchEntry]) -> list[str]:
    """Where rows_read is not landed + duplicate + quarantined + blank, or a Parquet file holds another count."""
    found: list[str] = []
    for entry in entries:
        found.extend(
            f"{file.file_name} ({entry.batch_id}): {file.rows_read} read, "
            f"{file.rows_landed} + {file.rows_duplicate} + {file.rows_quarantined} + {file.rows_blank} kept"
            for file in entry.files
            if not file.is_conserved
        )
        found.extend(_miscounted(settings, entry, "raw_path", "rows_landed"))
        found.extend(_miscounted(settings, entry, "quarantine_path", "rows_quarantined"))
    return found


def _miscounted(settings: Settings, entry: BatchEntry, path_name: str, count_name: str) -> list[str]:
    claimed: dict[str, int] = {}
    for file in entry.files:
        if path := getattr(file, path_name):
            claimed[path] = claimed.get(path, 0) + getattr(file, count_name)
    found = []
    for path, rows in claimed.items():
        whole = settings.data_dir / path
        stored = pq.read_metadata(whole).num_rows if whole.exists() else None
        # Others may have been joined into the file.
        if path_name == "raw_path" and stored is not None and stored > rows:
            batches = pq.read_table(whole, columns=["_batch_id"])["_batch_id"]
            stored = pc.sum(pc.equal(batches, entry.batch_id)).as_py()
        if stored != rows:
            found.append(
                f"{path}: {rows} rows were landed, {'none' if stored is None else stored} are stored"
            )
    return found
