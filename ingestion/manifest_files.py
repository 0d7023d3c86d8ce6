"""The JSON files of a manifest, each read once: they never change, so a process remembers them.

`.checkpoint` in the same folder has the content of nearly all of them in one file, so that a new process does not open
thousands. It is no truth: without it, or when a file is not as it says, the file itself is read.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.errors import SourceError

CHECKPOINT = ".checkpoint"
#: A checkpoint is written when so many files are not in it.
UNSAVED = 64


@dataclass
class ManifestFile:
    """Content of one file, and what the file looked like then; `entry` is whatever its reader made of it."""

    size: int
    modified_ns: int
    content: dict[str, Any]
    entry: Any = None


class ManifestFiles:
    """Folders of manifests by name of file. One for a process."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[str, ManifestFile]] = {}
        self._saved: dict[Path, set[str]] = {}

    def read(self, folder: Path) -> dict[str, ManifestFile]:
        """Every *.json file there is now. Raises SourceError for one that cannot be read."""
        if folder not in self._known:
            self._known[folder] = _checkpoint(folder)
            self._saved[folder] = set(self._known[folder])
        known, found = self._known[folder], {}
        for name, size, modified_ns in _listed(folder):
            file = known.get(name)
            if file is None or (file.size, file.modified_ns) != (size, modified_ns):
                file = ManifestFile(size, modified_ns, _content(folder / name))
            found[name] = file
        self._known[folder] = found
        if len(found) - len(self._saved[folder].intersection(found)) >= UNSAVED:
            _save(folder, found)
            self._saved[folder] = set(found)
        return found


def _listed(folder: Path) -> Iterator[tuple[str, int, int]]:
    try:
        with os.scandir(folder) as items:
            for item in items:
                if item.name.endswith(".json") and not item.name.startswith("."):
                    facts = item.stat()
                    yield item.name, facts.st_size, facts.st_mtime_ns
    except FileNotFoundError:
        return


def _content(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise unusable(path.name) from error


def unusable(name: str) -> SourceError:
    return SourceError(
        f"raw/_manifest/{name} is no entry of a batch: put it back from a backup, or move it away "
        "when it does not belong there"
    )


def _checkpoint(folder: Path) -> dict[str, ManifestFile]:
    try:
        saved = json.loads((folder / CHECKPOINT).read_text("utf-8"))
        return {name: ManifestFile(size, at, dict(content)) for name, (size, at, content) in saved.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _save(folder: Path, files: dict[str, ManifestFile]) -> None:
    saved = {name: (file.size, file.modified_ns, file.content) for name, file in files.items()}
    temporary = folder / f"{CHECKPOINT}.{os.getpid()}.tmp"
    try:
        temporary.write_text(json.dumps(saved, ensure_ascii=False), "utf-8")
        os.replace(temporary, folder / CHECKPOINT)
    except OSError:
        temporary.unlink(missing_ok=True)
