"""Quarantined lines once more, after the code that read them was corrected.

The lines that have become events land as a new batch under their own file and line number. The others stay where they
are, and what was put aside is never changed. A second replay lands nothing.
"""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ingestion.casting import literal
from ingestion.inbox import InboxFile
from ingestion.landing import Landing, LandingResult, SourceFile
from ingestion.manifest import Manifest
from ingestion.scratch import scratch_connection, scratch_folder, small_connection
from ingestion.settings import Settings
from ingestion.sources.app_events.contracts import CONTRACTS, EVENTS
from ingestion.sources.app_events.formats import CANONICAL, EventFile, event_file
from ingestion.sources.app_events.identity import checked_events
from ingestion.sources.app_events.line_blocks import lines_table
from ingestion.sources.app_events.pulling import FOLDER, land_operations, rows_of_format

#: Their text is not what was sent: only the beginning, or wrong bytes shown as \\xNN.
NOT_AS_SENT = ("line_too_long", "broken_encoding")
_LIVING = ("landed", "held", "accepted")


@dataclass(frozen=True)
class Replay:
    """`tried` lines, of which `landed` are events now; `left` are of CSV and Parquet files, or not kept as sent."""

    result: LandingResult | None
    tried: int
    landed: int
    left: int


class _NothingNewError(Exception):
    """Takes a landing back."""


def replay(settings: Settings) -> Replay:
    """Land what has become readable of the quarantine of batches that were not withdrawn."""
    waiting, left = _waiting(settings.data_dir)
    if not waiting:
        return Replay(None, 0, 0, left)
    with scratch_folder(settings.data_dir, "replay") as trial:
        _land(settings, trial, waiting)
        read = set(_places(_raw_files(trial, ("landed",))))
    readable = [row for row in waiting if (row[0], row[1]) in read]
    try:
        result, landed = _land(settings, settings.data_dir, readable) if readable else (None, 0)
    except _NothingNewError:
        result, landed = None, 0
    return Replay(result, len(waiting), landed, left)


def _land(
    settings: Settings, data_dir: Path, rows: list[tuple[str, int, str]]
) -> tuple[LandingResult | None, int]:
    """Rows of (file, line number, text), format by format. Raises _NothingNewError when all are known."""
    landed = 0
    by_format: dict[str, list[tuple[str, int, str]]] = {}
    for row in rows:
        by_format.setdefault(_format(row[0]) or CANONICAL, []).append(row)
    with Landing(data_dir, FOLDER, observed_at=settings.as_of) as landing:
        for format_, group in sorted(by_format.items()):
            query = checked_events(rows_of_format(landing, _lines(group), format_))
            files = [SourceFile(name) for name in sorted({row[0] for row in group})]
            landed += landing.add(EVENTS, query, files=files).landed
            landed += land_operations(landing, format_, files)
        if data_dir == settings.data_dir and not landed:
            raise _NothingNewError
    return landing.result, landed


def _lines(rows: list[tuple[str, int, str]]) -> pa.Table:
    names, numbers, texts = zip(*rows, strict=True)
    return lines_table(texts, names, numbers)


def _waiting(data_dir: Path) -> tuple[list[tuple[str, int, str]], int]:
    """(rows that can be tried, how many cannot) of the quarantine, without those that a replay has landed before."""
    entries = [entry for entry in Manifest(data_dir).entries(FOLDER) if entry.state in _LIVING]
    paths = sorted({data_dir / f.quarantine_path for e in entries for f in e.files if f.quarantine_path})
    if not paths:
        return [], 0
    listed = ", ".join(literal(str(path)) for path in paths)
    with scratch_connection(data_dir, "replay") as connection:
        rows = connection.execute(
            f"""select file_name, line_number, raw_text, reason_code from read_parquet([{listed}])
                where raw_text is not null order by all"""
        ).fetchall()
    done = set(_places(_raw_files(data_dir, _LIVING)))
    open_rows = [row for row in rows if (row[0], row[1]) not in done]
    usable = [row[:3] for row in open_rows if row[3] not in NOT_AS_SENT and _format(row[0])]
    return usable, len(open_rows) - len(usable)


def _raw_files(data_dir: Path, states: tuple[str, ...]) -> list[Path]:
    manifest = Manifest(data_dir)
    return [path for contract in CONTRACTS for path in manifest.raw_files(FOLDER, contract.entity, states)]


def _places(raw_files: list[Path]) -> list[tuple[str, int]]:
    if not raw_files:
        return []
    listed = ", ".join(literal(str(path)) for path in raw_files)
    with small_connection() as connection:
        return connection.execute(
            f"select _source_file, _source_row from read_parquet([{listed}])"
        ).fetchall()


def _format(name: str) -> str | None:
    """Format of a file whose quarantined text is a line of JSON; None for CSV and Parquet."""
    file = event_file(InboxFile(Path(name), name, 0, 0))
    return file.format if isinstance(file, EventFile) and file.kind in ("lines", "json") else None
