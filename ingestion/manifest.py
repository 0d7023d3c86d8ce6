"""What was landed: one JSON entry per landing call, and the append-only states of each batch.

`raw/_manifest/<batch_id>.json` is written last and by rename: that rename is the commit, files
without an entry do not exist. `raw/_manifest/<batch_id>.<n>.<state>.json` are the later states.
"""

import json
import os
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion.joined_files import JoinedSource, joined_sources
from ingestion.manifest_files import ManifestFile, ManifestFiles, unusable

_BATCH_ID = re.compile(r"(\d{8}T\d{12})Z-[0-9a-f]{8}\.", re.ASCII)
STATES = ("landed", "accepted", "held", "withdrawn")
_FILES = ManifestFiles()


@dataclass(frozen=True)
class FileEntry:
    """One file, table or answer of a batch. rows_read = landed + duplicate + quarantined + blank.

    `rows_known` are those of rows_duplicate that an earlier batch had landed.
    """

    entity: str
    file_name: str
    rows_read: int
    rows_landed: int
    rows_duplicate: int
    rows_quarantined: int
    rows_blank: int
    raw_path: str | None = None
    quarantine_path: str | None = None
    sha256: str | None = None
    size: int | None = None
    modified_ns: int | None = None
    rows_known: int = 0

    @property
    def is_conserved(self) -> bool:
        kept = self.rows_landed + self.rows_duplicate + self.rows_quarantined + self.rows_blank
        return self.rows_read == kept


@dataclass(frozen=True)
class BatchEntry:
    """One landing call. Paths are relative to the data folder; times are ISO UTC."""

    batch_id: str
    source: str
    observed_at: str
    landed_at: str
    files: tuple[FileEntry, ...]
    #: raw_path -> UTC dates of its rows, for entities whose contract tells the moment of a row.
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: How long the landing took; None in entries of earlier versions.
    seconds: float | None = None
    state: str = "landed"
    state_reason: str = ""
    #: When it came into this state; "" while it is only landed.
    state_at: str = ""


@dataclass(frozen=True)
class RawFile:
    """A raw file and the UTC dates (YYYY-MM-DD) of its rows; None when nobody wrote them down."""

    path: Path
    dates: frozenset[str] | None

    def may_have(self, dates: Collection[str]) -> bool:
        return self.dates is None or not self.dates.isdisjoint(dates)


@dataclass
class FileMemory:
    """Files of a source that were landed before, whatever became of their batch."""

    facts: set[tuple[str, int | None, int | None]] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)

    def is_known(self, file_name: str, size: int, modified_ns: int) -> bool:
        return (file_name, size, modified_ns) in self.facts

    def names_of(self, sha256: str) -> list[str]:
        """Names under which a file of that content was landed."""
        return sorted(self.names.get(sha256, ()))


class Manifest:
    """Reads and extends `raw/_manifest/` of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(data_dir)
        self.folder = self.data_dir / "raw" / "_manifest"

    def entries(self, source: str | None = None) -> list[BatchEntry]:
        """Every batch in order of landing, with its newest state.

        A raw_path is where the rows are now: in a joined file (ingestion/joining.py) stand other batches beside them.
        """
        states: dict[str, tuple[int, str]] = {}
        bodies: list[str] = []
        found = _FILES.read(self.folder)
        for name in sorted(found):
            parts = name.split(".")
            if len(parts) == 2:
                bodies.append(name)
            elif len(parts) == 4 and parts[2] in STATES:
                states[parts[0]] = max(states.get(parts[0], (0, name)), (int(parts[1]), name))
        joined = joined_sources(found)
        entries = []
        for name in bodies:
            _, newest = states.get(name.split(".")[0], (0, ""))
            entry = _entry(name, found[name], found[newest].content if newest else {}, joined)
            if source is None or entry.source == source:
                entries.append(entry)
        return entries

    def batch_ids(self) -> set[str]:
        """Every batch that was committed, without reading the entries."""
        return {name.removesuffix(".json") for name in self._names() if name.count(".") == 1}

    def _names(self) -> list[str]:
        try:
            return [name for name in os.listdir(self.folder) if name.endswith(".json")]
        except FileNotFoundError:
            return []

    def exists(self, batch_id: str) -> bool:
        return (self.folder / f"{batch_id}.json").exists()

    def next_batch_id(self, moment: datetime) -> str:
        """UTC time + 8 random hex, after every batch there is: also when the clock was set back or stands still."""
        last = max((match[1] for name in self._names() if (match := _BATCH_ID.match(name))), default="")
        while (stamp := f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}") <= last:
            newest = datetime.strptime(last, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            moment = newest + timedelta(microseconds=1)
        return f"{stamp}Z-{secrets.token_hex(4)}"

    def entry(self, batch_id: str) -> BatchEntry | None:
        return next((entry for entry in self.entries() if entry.batch_id == batch_id), None)

    def commit(self, entry: BatchEntry) -> None:
        """Make a batch exist. Its files must be in place and synced."""
        body = {key: value for key, value in asdict(entry).items() if not key.startswith("state")}
        write_atomically(
            self.folder / f"{entry.batch_id}.json", json.dumps(body, ensure_ascii=False, indent=1)
        )

    def set_state(self, batch_id: str, state: str, reason: str = "") -> None:
        """Append a state. Raises KeyError for a batch that does not exist.

        Who reads accepted batches reads whole files: a batch that is no longer accepted gets files of its own.
        """
        if state not in STATES:
            raise ValueError(f"unknown batch state {state!r}")
        if not self.exists(batch_id):
            raise KeyError(batch_id)
        if state != "accepted":
            from ingestion.joining import take_apart  # which reads manifests

            take_apart(self.data_dir, batch_id)
        numbers = [int(path.name.split(".")[1]) for path in self.folder.glob(f"{batch_id}.*.*.json")]
        number = 1 + max(numbers, default=0)
        body = {"batch_id": batch_id, "state": state, "reason": reason, "at": datetime.now(UTC).isoformat()}
        write_atomically(
            self.folder / f"{batch_id}.{number}.{state}.json", json.dumps(body, ensure_ascii=False)
        )

    def raw_files(self, source: str, entity: str, states: Iterable[str] = ("accepted",)) -> list[Path]:
        """Absolute paths of raw files of batches in one of the states."""
        wanted = set(states)
        paths = {
            self.data_dir / file.raw_path
            for entry in self.entries(source)
            if entry.state in wanted
            for file in entry.files
            if file.entity == entity and file.raw_path
        }
        return sorted(paths)

    def raw_files_by_date(
        self, source: str, entity: str, states: Iterable[str] = ("accepted",)
    ) -> list[RawFile]:
        """The same with the dates of each file."""
        wanted = set(states)
        found = {
            file.raw_path: entry.dates.get(file.raw_path)
            for entry in self.entries(source)
            if entry.state in wanted
            for file in entry.files
            if file.entity == entity and file.raw_path
        }
        return [
            RawFile(self.data_dir / path, None if dates is None else frozenset(dates))
            for path, dates in sorted(found.items())
        ]

    def known_files(self, source: str) -> FileMemory:
        """A file whose repetitions of a batch were dropped is unknown again once that batch is withdrawn."""
        memory = FileMemory()
        entries = self.entries(source)
        withdrawn = [(entry.batch_id, entry.state_at) for entry in entries if entry.state == "withdrawn"]
        for entry in entries:
            is_bereft = any(other < entry.batch_id and at > entry.landed_at for other, at in withdrawn)
            for file in entry.files:
                if file.sha256 and not (is_bereft and file.sha256 in _repeating(entry)):
                    memory.facts.add((file.file_name, file.size, file.modified_ns))
                    memory.names.setdefault(file.sha256, set()).add(file.file_name)
        return memory


def _repeating(entry: BatchEntry) -> set[str]:
    """Contents of which rows were dropped as landed before; a large file has several entries in its batch."""
    return {file.sha256 for file in entry.files if file.sha256 and file.rows_known}


def _entry(
    name: str, body: ManifestFile, state: dict[str, Any], joined: dict[str, JoinedSource]
) -> BatchEntry:
    its_source = joined.get(str(body.content.get("source")))
    version = its_source.version if its_source else ()
    if body.entry is None or body.entry[0] != version:
        content = dict(body.content)
        try:
            files = tuple(FileEntry(**file) for file in content.pop("files"))
            dates = {path: tuple(days) for path, days in content.pop("dates", {}).items()}
            written = BatchEntry(**content, files=files, dates=dates)
        except (KeyError, TypeError, AttributeError) as error:
            raise unusable(name) from error
        body.entry = (version, its_source.as_read(written) if its_source else written)
    entry: BatchEntry = body.entry[1]
    if not state:
        return entry
    return replace(entry, state=state["state"], state_reason=state["reason"], state_at=state["at"])


def write_atomically(path: Path, text: str) -> None:
    """Write under a temporary name, fsync, rename, fsync the folder."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, "utf-8")
    move_into_place(temporary, path)


def move_into_place(written: Path, path: Path) -> None:
    """Replace a file by one that was written whole, to outlast a power cut: fsync, rename, fsync the folder."""
    sync_file(written)
    os.replace(written, path)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Create a folder and those above it so that they outlast a power cut."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    with open(path, "rb") as file:  # also what may not be written again
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
