"""What was landed: one JSON entry per landing call, and the append-only states of each batch.

`raw/_manifest/<batch_id>.json` is written last and by rename: that rename is the commit, files
without an entry do not exist. `raw/_manifest/<batch_id>.<n>.<state>.json` are the later states.
"""

import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion.errors import SourceError

_BATCH_ID = re.compile(r"(\d{8}T\d{12})Z-[0-9a-f]{8}\.", re.ASCII)
STATES = ("landed", "accepted", "held", "withdrawn")


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
    state: str = "landed"
    state_reason: str = ""
    #: When it came into this state; "" while it is only landed.
    state_at: str = ""


@dataclass
class FileMemory:
    """Files of a source that were landed before, whatever became of their batch."""

    facts: set[tuple[str, int | None, int | None]] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)

    def is_known(self, file_name: str, size: int, modified_ns: int) -> bool:
        return (file_name, size, modified_ns) in self.facts

    def has_sha256(self, sha256: str) -> bool:
        return sha256 in self.hashes


class Manifest:
    """Reads and extends `raw/_manifest/` of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(data_dir)
        self.folder = self.data_dir / "raw" / "_manifest"

    def entries(self, source: str | None = None) -> list[BatchEntry]:
        """Every batch in order of landing, with its newest state."""
        states: dict[str, tuple[int, Path]] = {}
        bodies: list[Path] = []
        for path in sorted(self.folder.glob("*.json")):
            parts = path.name.split(".")
            if len(parts) == 2:
                bodies.append(path)
            elif len(parts) == 4 and parts[2] in STATES:
                states[parts[0]] = max(states.get(parts[0], (0, path)), (int(parts[1]), path))
        entries = (_read_entry(path, states.get(path.name.split(".")[0])) for path in bodies)
        return [entry for entry in entries if source is None or entry.source == source]

    def batch_ids(self) -> set[str]:
        """Every batch that was committed, without reading the entries."""
        return {path.stem for path in self.folder.glob("*.json") if path.name.count(".") == 1}

    def exists(self, batch_id: str) -> bool:
        return (self.folder / f"{batch_id}.json").exists()

    def next_batch_id(self, moment: datetime) -> str:
        """UTC time + 8 random hex, after every batch there is: also when the clock was set back or stands still."""
        stamps = [match[1] for path in self.folder.glob("*.json") if (match := _BATCH_ID.match(path.name))]
        while (stamp := f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}") <= max(stamps, default=""):
            newest = datetime.strptime(max(stamps), "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
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
        """Append a state. Raises KeyError for a batch that does not exist."""
        if state not in STATES:
            raise ValueError(f"unknown batch state {state!r}")
        if not self.exists(batch_id):
            raise KeyError(batch_id)
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
                    memory.hashes.add(file.sha256)
        return memory


def _repeating(entry: BatchEntry) -> set[str]:
    """Contents of which rows were dropped as landed before; a large file has several entries in its batch."""
    return {file.sha256 for file in entry.files if file.sha256 and file.rows_known}


def _read_entry(path: Path, state: tuple[int, Path] | None) -> BatchEntry:
    newest = {"state": "landed", "reason": "", "at": ""} | (_read(state[1]) if state else {})
    body = _read(path)
    try:
        files = tuple(FileEntry(**file) for file in body.pop("files"))
        return BatchEntry(
            **body,
            files=files,
            state=newest["state"],
            state_reason=newest["reason"],
            state_at=newest["at"],
        )
    except (KeyError, TypeError) as error:
        raise _unusable(path) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise _unusable(path) from error


def _unusable(path: Path) -> SourceError:
    return SourceError(
        f"raw/_manifest/{path.name} is no entry of a batch: put it back from a backup, or move it away "
        "when it does not belong there"
    )


def write_atomically(path: Path, text: str) -> None:
    """Write under a temporary name, fsync, rename, fsync the folder."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Create a folder and those above it so that they outlast a power cut."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
