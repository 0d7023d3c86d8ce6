"""Which small raw files were joined into which larger one, and where their rows are now.

`raw/_manifest/joined.<source>.<entity>.json` says it for one table; its rename is the commit. Entries of batches stay
as they were written: who reads them is given the joined file in place of the one that a batch wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.manifest_files import ManifestFile, unusable

if TYPE_CHECKING:
    from ingestion.manifest import BatchEntry

PREFIX = "joined."


@dataclass(frozen=True)
class Part:
    """The rows of one file that a batch wrote, in their order; parts follow each other in the joined file."""

    raw_path: str
    batch_id: str
    rows: int


#: Path of a joined file, relative to the data folder -> what it is made of.
JoinedFiles = dict[str, tuple[Part, ...]]


def record_name(source: str, entity: str) -> str:
    return f"{PREFIX}{source}.{entity}.json"


def read_record(path: Path) -> JoinedFiles:
    """Nothing where nothing was joined. Raises SourceError."""
    try:
        return _joined_files(path.name, json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise unusable(path.name) from error


def record_text(files: JoinedFiles) -> str:
    body = {"files": {path: [asdict(part) for part in parts] for path, parts in sorted(files.items())}}
    return json.dumps(body, ensure_ascii=False, indent=1)


def _joined_files(name: str, content: Mapping[str, Any]) -> JoinedFiles:
    try:
        return {path: tuple(Part(**part) for part in parts) for path, parts in content["files"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise unusable(name) from error


@dataclass
class JoinedSource:
    """What was joined of one source. `version` changes when that does."""

    version: tuple[tuple[str, int, int], ...]
    tables: dict[str, dict[str, str]]

    def as_read(self, entry: "BatchEntry") -> "BatchEntry":
        """The entry with the files that have its rows now."""
        files = tuple(
            replace(file, raw_path=where)
            if file.raw_path and (where := self.tables.get(file.entity, {}).get(file.raw_path))
            else file
            for file in entry.files
        )
        return entry if files == entry.files else replace(entry, files=files)


def joined_sources(found: Mapping[str, ManifestFile]) -> dict[str, JoinedSource]:
    """Source -> what was joined of it, from all files of a manifest."""
    sources: dict[str, JoinedSource] = {}
    for name in sorted(name for name in found if name.startswith(PREFIX)):
        file = found[name]
        if file.entry is None:
            files = _joined_files(name, file.content)
            file.entry = {part.raw_path: path for path, parts in files.items() for part in parts}
        _, source, entity, _ = name.split(".")
        joined = sources.setdefault(source, JoinedSource((), {}))
        joined.version += ((entity, file.size, file.modified_ns),)
        joined.tables[entity] = file.entry
    return sources
