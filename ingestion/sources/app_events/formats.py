"""Which files below inbox/app_events hold events, and in which format, by their folders and names."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from ingestion.inbox import InboxFile
from ingestion.sources.app_events.adapters import ADAPTERS
from ingestion.sources.app_events.adapters.vendor_rows import APP_FOLDER

LINES = ("ndjson", "jsonl")
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
#: Its loaders write tab-separated lines, named by a moment and `.gz` only.
TSV_FORMAT, TSV = "snowplow", ("tsv", "txt")
CANONICAL = "canonical"
VENDOR_READABLE = ".ndjson, .jsonl or .json (each also .gz or .zst)"
READABLE = ".ndjson, .jsonl, .json, .csv (each also .gz or .zst) or .parquet"


@dataclass(frozen=True)
class EventFile:
    """A file of events. `kind` is lines, json, csv or parquet; `compression` gzip, zstd or none; `format` canonical or
    the name of an adapter."""

    file: InboxFile
    kind: str
    compression: str | None
    format: str = CANONICAL

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def meaning(self) -> tuple[str, str, str | None]:
        """What its folders and its name make of its bytes: format, encoding and, of a vendor's, the app."""
        app = APP_FOLDER.search(self.name) if self.format != CANONICAL else None
        return self.format, "json" if self.kind in ("lines", "json") else self.kind, app[1] if app else None


def is_read_alike(file: EventFile, name: str) -> bool:
    """Whether the bytes of the file would mean the same under that name."""
    other = event_file(InboxFile(file.file.path, name, file.file.size, file.file.modified_ns))
    return isinstance(other, EventFile) and other.meaning == file.meaning


def event_file(file: InboxFile) -> EventFile | str:
    """The readable file, or one line that says why it is not read."""
    path = PurePosixPath(file.name)
    folders = {part.lower() for part in path.parts[2:-1]}
    vendors = sorted(folders.intersection(ADAPTERS))
    if len(vendors) > 1:
        return f"its folders name {len(vendors)} formats ({', '.join(vendors)}); keep one"
    format_ = vendors[0] if vendors else CANONICAL
    stem, compression = path.name.lower(), None
    for ending, name in COMPRESSIONS.items():
        if stem.endswith(ending):
            stem, compression = stem[: -len(ending)], name
    kind = stem.rpartition(".")[2] if "." in stem else ""
    if format_ == TSV_FORMAT:
        if kind in TSV or (compression and kind not in (*LINES, "json", "csv", "parquet")):
            return EventFile(file, "lines", compression, format_)
        return "not a file of enriched events that can be read; name it .tsv or .txt (each also .gz or .zst)"
    if kind in LINES:
        return EventFile(file, "lines", compression, format_)
    if kind == "json" or (kind == "csv" and not vendors):
        return EventFile(file, kind, compression, format_)
    if kind == "parquet" and compression is None and not vendors:
        return EventFile(file, "parquet", None)
    readable = VENDOR_READABLE if vendors else READABLE
    return f"not a file of events that can be read; name it {readable}"
