"""Writes one batch: typed raw Parquet, quarantine and a manifest entry, all or nothing.

    with Landing(data_dir, "app_database", observed_at=now) as landing:
        landing.add(ORDERS, table_of_text, file_name="community.orders")
    landing.result.batch_id

`add` takes text, casts it by the contract, drops what was landed before (see `Contract.repeats`) and puts
aside what does not fit. Files appear under temporary names; leaving the block renames them and commits the
manifest entry. An exception leaves nothing.
"""

import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import Contract
from ingestion.landing_sql import (
    cast_select,
    count_select,
    landed_select,
    quarantine_select,
    repeat_statements,
)
from ingestion.manifest import BatchEntry, FileEntry, Manifest, sync_folder

#: What `count_select` counts, in its order.
COUNTED = ("rows_read", "rows_landed", "rows_duplicate", "rows_quarantined", "rows_blank")


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
    memory_limit: str = "2GB"
    result: LandingResult | None = None
    _files: list[FileEntry] = field(default_factory=list)
    _refused: list[Refusal] = field(default_factory=list)
    _parts: list[_Part] = field(default_factory=list)
    _adds: int = 0

    def __post_init__(self) -> None:
        self.data_dir = Path(self.data_dir)
        self.manifest = Manifest(self.data_dir)
        self.loaded_at = datetime.now(UTC)
        self.batch_id = f"{self.loaded_at:%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}"

    def __enter__(self) -> "Landing":
        self._scratch = tempfile.TemporaryDirectory(prefix="landing-")
        self.connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "memory_limit": self.memory_limit,
                "temp_directory": self._scratch.name,
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
            for part in self._parts:
                part.temporary.unlink(missing_ok=True)
            self.connection.close()
            self._scratch.cleanup()

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
    ) -> Counts:
        """Land rows of text: an Arrow table or reader, or a query / relation name on `self.connection`.

        Columns are matched by name; missing ones are null, unknown ones go to `_extra`. Special columns:
        `_source_file` (then `files` gives the facts of each; else all rows are of `file_name`), `_source_row`,
        `_raw_text` (kept in quarantine), `_reason_code` + `_reason` (the caller rejects the row), `_is_blank`.
        """
        self._adds += 1
        incoming, cast = f"incoming_{self._adds}", f"cast_{self._adds}"
        known = files or [SourceFile(file_name or contract.name, sha256, size, modified_ns)]
        write_schema_file(self.data_dir, contract)
        self._expose(rows, incoming)
        columns = [row[0] for row in self.connection.execute(f"describe {incoming}").fetchall()]
        self.connection.execute(
            f"create temp table {cast} as {cast_select(contract, incoming, columns, known[0].name)}"
        )
        for statement in repeat_statements(
            contract, cast, self._adds, self.manifest.raw_files(contract.source, contract.entity)
        ):
            self.connection.execute(statement)
        entries = self._write(contract, cast, known)
        self._files.extend(entries)
        self.connection.execute(f"drop table {cast}")
        self.connection.execute(f"drop view {incoming}")
        return Counts(
            sum(entry.rows_read for entry in entries),
            sum(entry.rows_landed for entry in entries),
            sum(entry.rows_duplicate for entry in entries),
            sum(entry.rows_quarantined for entry in entries),
            sum(entry.rows_blank for entry in entries),
        )

    def _expose(self, rows: "pa.Table | pa.RecordBatchReader | str", name: str) -> None:
        if isinstance(rows, str):
            query = (
                rows if rows.lstrip().lower().startswith(("select", "with", "from", "(")) else f"from {rows}"
            )
            self.connection.execute(f"create temp view {name} as {query}")
            return
        table = rows.read_all() if isinstance(rows, pa.RecordBatchReader) else rows
        self.connection.register(f"{name}_arrow", table)
        self.connection.execute(f"create temp view {name} as from {name}_arrow")

    def _write(self, contract: Contract, cast: str, known: Sequence[SourceFile]) -> list[FileEntry]:
        facts = {file.name: file for file in known}
        counts = {row[0]: row[1:] for row in self.connection.execute(count_select(cast)).fetchall()}
        totals = [sum(column) for column in zip(*counts.values(), strict=True)] or [0] * 5
        raw_path = quarantine_path = None
        if totals[1]:
            query = landed_select(contract, cast, self.batch_id, self.observed_at, self.loaded_at)
            raw_path = self._copy(query, Path("raw") / contract.source / contract.entity)
        if totals[3]:
            query = quarantine_select(cast, self.batch_id)
            quarantine_path = self._copy(query, Path("quarantine") / contract.source / contract.entity)
        return [
            FileEntry(
                entity=contract.entity,
                file_name=name,
                **dict(zip(COUNTED, counts.get(name, (0,) * len(COUNTED)), strict=True)),
                raw_path=raw_path,
                quarantine_path=quarantine_path,
                sha256=fact.sha256,
                size=fact.size,
                modified_ns=fact.modified_ns,
            )
            for name, fact in {**{name: SourceFile(name) for name in counts}, **facts}.items()
        ]

    def _copy(self, query: str, folder: Path) -> str:
        target = self.data_dir / folder
        target.mkdir(parents=True, exist_ok=True)
        final = target / f"{self.batch_id}-{self._adds:03d}.parquet"
        part = _Part(target / f".{final.name}.tmp", final)
        self._parts.append(part)
        path = str(part.temporary).replace("'", "''")
        self.connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
        return str(folder / final.name)

    def _commit(self) -> None:
        if not self._files:
            self.result = (
                LandingResult(self.source, None, (), tuple(self._refused)) if self._refused else None
            )
            return
        for part in self._parts:
            _sync_file(part.temporary)
            os.replace(part.temporary, part.final)
        for folder in {part.final.parent for part in self._parts}:
            sync_folder(folder)
        entry = BatchEntry(
            self.batch_id,
            self.source,
            self.observed_at.astimezone(UTC).isoformat(),
            self.loaded_at.isoformat(),
            tuple(self._files),
        )
        self.manifest.commit(entry)
        self.result = LandingResult(self.source, self.batch_id, entry.files, tuple(self._refused))


def write_schema_file(data_dir: Path, contract: Contract) -> Path:
    """`_schema.parquet`: no rows, the current contract. Rewritten only when the contract changed."""
    path = Path(data_dir) / "raw" / contract.source / contract.entity / "_schema.parquet"
    if path.exists() and pq.read_schema(path).equals(contract.schema, check_metadata=True):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    pq.write_table(contract.schema.empty_table(), temporary)
    _sync_file(temporary)
    os.replace(temporary, path)
    return path


def _sync_file(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
