"""Which files below inbox/app_events hold canonical events, by their names."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from ingestion.inbox import InboxFile

LINES = ("ndjson", "jsonl")
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
#: Sub-folders for formats that need an adapter onto the canonical event; none is built in yet.
OTHER_FORMATS = ("segment", "sensors", "ga4_export", "amplitude", "mixpanel", "snowplow")
READABLE = ".ndjson, .jsonl, .json, .csv (each also .gz or .zst) or .parquet"


@dataclass(frozen=True)
class EventFile:
    """A file of events. `kind` is lines, json, csv or parquet; `compression` gzip, zstd or none."""

    file: InboxFile
    kind: str
    compression: str | None

    @property
    def name(self) -> str:
        return self.file.name


def event_file(file: InboxFile) -> EventFile | str:
    """The readable file, or one line that says why it is not read."""
    path = PurePosixPath(file.name)
    folders = {part.lower() for part in path.parts[2:-1]}
    if other := sorted(folders.intersection(OTHER_FORMATS)):
        return f"the event format '{other[0]}' is not supported yet; convert the file to canonical events"
    stem, compression = path.name.lower(), None
    for ending, name in COMPRESSIONS.items():
        if stem.endswith(ending):
            stem, compression = stem[: -len(ending)], name
    kind = stem.rpartition(".")[2] if "." in stem else ""
    if kind in LINES:
        return EventFile(file, "lines", compression)
    if kind in ("json", "csv"):
        return EventFile(file, kind, compression)
    if kind == "parquet" and compression is None:
        return EventFile(file, "parquet", None)
    return f"not a file of events that can be read; name it {READABLE}"
