"""Writes one batch: typed raw Parquet, quarantine and a manifest entry, all or nothing.

    with Landing(data_dir, "app_database", observed_at=now) as landing:
        landing.add(ORDERS, table_of_text, file_name="community.orders")
    landing.result.batch_id

`add` takes text, casts it by the contract, drops what was landed before (see `Contract.repeats`) and puts
aside what does not fit. Files appear under temporary names; leaving the block renames them and commits the
manifest entry. An exception leaves nothing.
"""

import os
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from ingestion.contract import Contract
from ingestion.erasure.erased_list import ErasedList
from ingestion.landing_step import Step, StepCounts
from ingestion.leftovers import remove_leftovers
from ingestion.manifest import BatchEntry, FileEntry, Manifest, RawFile, make_folder, sync_file, sync_folder
from ingestion.schema_file import write_schema_file
from ingestion.scratch import scratch_folder

_QUERY = re.compile(r"\s*(?:\(|(?:select|with|from)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class SourceFile:
    """Facts of a file that rows came from; `name` is relative to the data folder."""

    name: str
    sha256: str | None = None
    size: int | None = None
    modified_ns: int | None = None


@dataclass(frozen=True)
class Counts:
    """Rows of one `add`. read = landed + duplicate + quarantined + blank."""

    read: int
    landed: int
    duplicate: int
    quarantined: int
    blank: int


@dataclass(frozen=True)
class Refusal:
    """A file of which nothing could be read."""

    file_name: str
    reason: str


@dataclass(frozen=True)
class LandingResult:
    """What one landing call did. `batch_id` is None when files were only refused."""

    source: str
    batch_id: str | None
    files: tuple[FileEntry, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass
class _Part:
    """A Parquet file that waits under a temporary name."""

    temporary: Path
    final: Path


@dataclass
class Landing:
    """One landing call of one source. `observed_at` is when the source was asked (aware)."""

    data_dir: Path
    source: str
    observed_at: datetime
    memory_limit: str = "1500MB"
    result: LandingResult | None = None
    _files: list[FileEntry] = field(default_factory=list)
    _refused: list[Refusal] = field(default_factory=list)
    _parts: list[_Part] = field(default_factory=list)
    _temporary: list[Path] = field(default_factory=list)
    _histories: dict[str, list[list[RawFile]]] = field(default_factory=dict)
    _dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _adds: int = 0

    def __post_init__(self) -> None:
        self.data_dir = Path(self.data_dir)
        self.manifest = Manifest(self.data_dir)
        self.erased = ErasedList.read(self.data_dir)
        self.loaded_at = datetime.now(UTC)
        self.batch_id = self.manifest.next_batch_id(self.loaded_at)

    def __enter__(self) -> "Landing":
        self._started = time.monotonic()
        remove_leftovers(self.data_dir, self.source)
        self._stack = ExitStack()
        scratch = self._stack.enter_context(scratch_folder(self.data_dir, "landing"))
        self.connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "memory_limit": self.memory_limit,
                "temp_directory": str(scratch),
                # It would compute the cast of every column twice: for the filter on bad rows and for the rows.
                "disabled_optimizers": "filter_pushdown",
            }
        )
        self.connection.execute("set TimeZone = 'UTC'")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            self._discard()
            self.connection.close()
            self._stack.close()

    def _discard(self) -> None:
        """Temporary files; after a commit that failed half-way also those that had their names already."""
        for path in self._temporary:
            path.unlink(missing_ok=True)
        if not self.manifest.exists(self.batch_id):
            for part in self._parts:
                part.final.unlink(missing_ok=True)

    def refuse(self, file_name: str, reason: str) -> None:
        """Report a file of which nothing can be read; it is looked at again in the next run."""
        self._refused.append(Refusal(file_name, reason))

    def add(
        self,
        contract: Contract,
        rows: "pa.Table | pa.RecordBatchReader | str",
        *,
        file_name: str | None = None,
        sha256: str | None = None,
        size: int | None = None,
        modified_ns: int | None = None,
        files: Sequence[SourceFile] = (),
        only_good_of: int | None = None,
    ) -> Counts:
        """Land rows of text: an Arrow table or reader, or a query / relation name on `self.connection`.

        Columns are matched by name; missing ones are null, unknown ones go to `_extra`. Special columns:
        `_source_file` (then `files` gives the facts of each; else all rows are of `file_name`), `_source_row`,
        `_raw_text` (kept in quarantine), `_reason_code` + `_reason` (the caller rejects the row), `_is_blank`.

        With `only_good_of`, the number of rows that there are, the rows are cast already and their text is cleaned;
        those that do not fit are neither counted nor put aside: the caller adds them once more, by another query.
        `landing_step.WRITTEN` tells which to leave out.
        """
        self._adds += 1
        incoming = f"incoming_{self._adds}"
        known = files or [SourceFile(file_name or contract.name, sha256, size, modified_ns)]
        write_schema_file(self.data_dir, contract)
        self._expose(rows, incoming)
        step = Step(
            self.connection,
            contract,
            incoming,
            default_file=known[0].name,
            batch_id=self.batch_id,
            observed_at=self.observed_at,
            loaded_at=self.loaded_at,
            only_good_of=only_good_of,
            erased=self.erased,
        )
        raw = self._part(Path("raw") / contract.source / contract.entity)
        quarantine = self._part(Path("quarantine") / contract.source / contract.entity)
        counts, dates = step.run(raw.temporary, quarantine.temporary, self._histories_of(contract))
        self.connection.execute(f"drop view {incoming}")
        entries = self._entries(contract, counts, known, raw, quarantine)
        # A file of which an earlier step took no row is named once.
        named = {(entry.entity, entry.file_name) for entry in entries}
        self._files = [
            file for file in self._files if file.rows_read or (file.entity, file.file_name) not in named
        ]
        self._files.extend(entries)
        if dates and (raw_path := entries[0].raw_path):
            self._dates[raw_path] = dates
        return Counts(
            sum(entry.rows_read for entry in entries),
            sum(entry.rows_landed for entry in entries),
            sum(entry.rows_duplicate for entry in entries),
            sum(entry.rows_quarantined for entry in entries),
            sum(entry.rows_blank for entry in entries),
        )

    def _histories_of(self, contract: Contract) -> list[list[RawFile]]:
        """Raw files to compare with, looked up once.

        A row counts as landed before when accepted rows say so. Of `latest` rows also those that wait must say
        so: were one accepted later, it would stand for a state that this row took back.
        """
        if contract.entity not in self._histories:
            states: dict[str, list[tuple[str, ...]]] = {
                "ever": [("accepted",)],
                "latest": [("accepted",), ("landed", "held", "accepted")],
            }
            self._histories[contract.entity] = [
                self.manifest.raw_files_by_date(contract.source, contract.entity, states=wanted)
                for wanted in states.get(contract.repeats, [])
            ]
        return self._histories[contract.entity]

    def _expose(self, rows: "pa.Table | pa.RecordBatchReader | str", name: str) -> None:
        if isinstance(rows, str):
            query = rows if _QUERY.match(rows) else f"from {rows}"
            self.connection.execute(f"create temp view {name} as {query}")
            return
        table = rows.read_all() if isinstance(rows, pa.RecordBatchReader) else rows
        self.connection.register(f"{name}_arrow", table)
        self.connection.execute(f"create temp view {name} as from {name}_arrow")

    def _entries(
        self,
        contract: Contract,
        counts: dict[str, StepCounts],
        known: Sequence[SourceFile],
        raw: _Part,
        quarantine: _Part,
    ) -> list[FileEntry]:
        raw_path = self._keep(raw) if any(count.landed for count in counts.values()) else None
        quarantine_path = self._keep(quarantine) if any(c.quarantined for c in counts.values()) else None
        facts = {name: SourceFile(name) for name in counts} | {file.name: file for file in known}
        rows = ((name, fact, counts.get(name, StepCounts())) for name, fact in facts.items())
        return [
            FileEntry(
                entity=contract.entity,
                file_name=name,
                rows_read=count.read,
                rows_landed=count.landed,
                rows_duplicate=count.duplicate,
                rows_quarantined=count.quarantined,
                rows_blank=count.blank,
                raw_path=raw_path,
                quarantine_path=quarantine_path,
                sha256=fact.sha256,
                size=fact.size,
                modified_ns=fact.modified_ns,
                rows_known=count.known,
            )
            for name, fact, count in rows
        ]

    def _part(self, folder: Path) -> _Part:
        """Where a file will be written; registered at once, so that an error removes whatever there is."""
        target = self.data_dir / folder
        make_folder(target)
        final = target / f"{self.batch_id}-{self._adds:03d}.parquet"
        part = _Part(target / f".{final.name}.tmp", final)
        self._temporary.append(part.temporary)
        return part

    def _keep(self, part: _Part) -> str:
        self._parts.append(part)
        return part.final.relative_to(self.data_dir).as_posix()

    def _commit(self) -> None:
        if not self._files:
            self.result = (
                LandingResult(self.source, None, (), tuple(self._refused)) if self._refused else None
            )
            return
        for part in self._parts:
            sync_file(part.temporary)
            os.replace(part.temporary, part.final)
        for folder in {part.final.parent for part in self._parts}:
            sync_folder(folder)
        entry = BatchEntry(
            self.batch_id,
            self.source,
            self.observed_at.astimezone(UTC).isoformat(),
            self.loaded_at.isoformat(),
            tuple(self._files),
            dates=self._dates,
            seconds=round(time.monotonic() - self._started, 3),
        )
        self.manifest.commit(entry)
        self.result = LandingResult(self.source, self.batch_id, entry.files, tuple(self._refused))
