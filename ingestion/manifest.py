"""What was landed: one JSON entry per landing call, and the append-only states of each batch.

`raw/_manifest/<batch_id>.json` is written last and by rename: that rename is the commit, files
without an entry do not exist. `raw/_manifest/<batch_id>.<n>.<state>.json` are the later states.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

STATES = ("landed", "accepted", "held", "withdrawn")


@dataclass(frozen=True)
class FileEntry:
    """One file, table or answer of a batch. rows_read = landed + duplicate + quarantined + blank."""

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

    def entry(self, batch_id: str) -> BatchEntry | None:
        return next((entry for entry in self.entries() if entry.batch_id == batch_id), None)

    def commit(self, entry: BatchEntry) -> None:
        """Make a batch exist. Its files must be in place and synced."""
        body = {key: value for key, value in asdict(entry).items() if key not in ("state", "state_reason")}
        write_atomically(
            self.folder / f"{entry.batch_id}.json", json.dumps(body, ensure_ascii=False, indent=1)
        )

    def set_state(self, batch_id: str, state: str, reason: str = "") -> None:
        """Append a state. Raises KeyError for a batch that does not exist."""
        if state not in STATES:
            raise ValueError(f"unknown batch state {state!r}")
        if not (self.folder / f"{batch_id}.json").exists():
            raise KeyError(batch_id)
        number = 1 + len(list(self.folder.glob(f"{batch_id}.*.*.json")))
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
        memory = FileMemory()
        for entry in self.entries(source):
            for file in entry.files:
                if file.sha256:
                    memory.facts.add((file.file_name, file.size, file.modified_ns))
                    memory.hashes.add(file.sha256)
        return memory


def _read_entry(path: Path, state: tuple[int, Path] | None) -> BatchEntry:
    body = json.loads(path.read_text("utf-8"))
    files = tuple(FileEntry(**file) for file in body.pop("files"))
    newest = json.loads(state[1].read_text("utf-8")) if state else {"state": "landed", "reason": ""}
    return BatchEntry(**body, files=files, state=newest["state"], state_reason=newest["reason"])


def write_atomically(path: Path, text: str) -> None:
    """Write under a temporary name, fsync, rename, fsync the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
