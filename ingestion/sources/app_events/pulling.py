"""Lands every new file of inbox/app_events: one batch for a run, many files in one step."""

import logging
import time
from collections.abc import Iterator

import pyarrow as pa

from ingestion.errors import FileRefused, SourceError
from ingestion.inbox import inbox_files
from ingestion.landing import Landing, LandingResult, SourceFile
from ingestion.landing_step import WRITTEN
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.app_events.adapters import ADAPTERS
from ingestion.sources.app_events.adapters.vendor_rows import rows_of_vendor_lines
from ingestion.sources.app_events.contracts import EVENTS
from ingestion.sources.app_events.delimited import csv_tables
from ingestion.sources.app_events.document import document_lines, document_rows, is_document
from ingestion.sources.app_events.formats import CANONICAL, EventFile, event_file
from ingestion.sources.app_events.identity import checked_events
from ingestion.sources.app_events.line_blocks import SCHEMA, LineCutter
from ingestion.sources.app_events.line_query import rows_of_lines, usual_rows
from ingestion.sources.app_events.parquet_rows import parquet_tables
from ingestion.sources.app_events.text_columns import rows_of_columns

log = logging.getLogger(__name__)

FOLDER = "app_events"
#: So much text is validated and landed in one step; it bounds memory, not the size of a file.
GROUP_BYTES = 256 << 20


def pull(settings: Settings) -> list[LandingResult]:
    """Land what is new. Known files (same facts or same content) are skipped, damaged ones reported as refused;
    files of another format are named in the log in every run.

    Raises SourceError when a file changes while it is read: nothing is landed then.
    """
    memory = Manifest(settings.data_dir).known_files(FOLDER)
    with Landing(settings.data_dir, FOLDER, observed_at=settings.as_of) as landing:
        lines: list[EventFile] = []
        others: list[EventFile] = []
        facts: dict[str, SourceFile] = {}
        for file in inbox_files(settings.data_dir, FOLDER):
            if memory.is_known(file.name, file.size, file.modified_ns):
                continue
            found = event_file(file)
            if isinstance(found, str):
                log.warning("not read: %s: %s", file.name, found)
                continue
            try:
                sha256 = file.sha256()
                if memory.has_sha256(sha256):
                    log.info("%s: the same content was landed before; skipped", file.name)
                    continue
                by_line = found.kind == "lines" or (found.kind == "json" and not is_document(found))
            except FileRefused as error:
                _refuse(landing, error)
                continue
            except OSError as error:
                _refuse(landing, FileRefused(file.name, f"cannot be read: {error.strerror}"))
                continue
            facts[file.name] = SourceFile(file.name, sha256, file.size, file.modified_ns)
            (lines if by_line else others).append(found)
        for format_ in sorted({file.format for file in lines}):
            _land_lines(landing, [file for file in lines if file.format == format_], facts)
        for other in others:
            _land_table(landing, other, facts[other.name])
        for readable in (*lines, *others):
            _still_the_same(readable)
    return [landing.result] if landing.result else []


def _refuse(landing: Landing, error: FileRefused) -> None:
    log.warning("refused %s", error)
    landing.refuse(error.file_name, error.reason)


def _land_lines(landing: Landing, files: list[EventFile], facts: dict[str, SourceFile]) -> None:
    """Files of one format: small ones share a step; a large one is several steps of the same batch."""
    cutter = LineCutter([file.name for file in files])
    group: list[pa.RecordBatch] = []
    members: dict[str, SourceFile] = {}
    size = 0

    def land_group() -> None:
        group.extend(cutter.rest())
        if members:
            started = time.monotonic()
            table = pa.Table.from_batches(group, SCHEMA)
            _land_group(landing, table, files[0].format, members)
            _progress(list(members), len(table), started)
        group.clear()

    for number, file in enumerate(files):
        try:
            for batch in cutter.batches(number, file):
                members[file.name] = facts[file.name]
                group.append(batch)
                size += batch.nbytes
                if size >= GROUP_BYTES:
                    land_group()
                    members, size = {}, 0
        except FileRefused as error:
            _refuse(landing, error)
            continue
        # Also a file without any line, and one whose last lines still wait in the cutter.
        members[file.name] = facts[file.name]
    land_group()


def _land_group(landing: Landing, lines: pa.Table, format_: str, facts: dict[str, SourceFile]) -> None:
    """Usual lines of canonical events first, each of them read once; then what is left, with a second look."""
    members = list(facts.values())
    usual = usual_rows(landing.connection, lines) if format_ == CANONICAL else None
    if usual:
        landed = landing.add(EVENTS, checked_events(usual), files=members, only_good_of=len(lines))
        if landed.read == len(lines):
            return
        left = f"select event_lines.* from event_lines anti join {WRITTEN} using (file, row)"
        lines = landing.connection.sql(left).to_arrow_table()
        names = set(lines["file"].unique().to_pylist())
        members = [member for member in members if member.name in names]
    landing.add(EVENTS, checked_events(rows_of_format(landing, lines, format_)), files=members)


def rows_of_format(landing: Landing, lines: pa.Table, format_: str) -> str:
    """Query with the columns of strict_rows.SCHEMA over lines (line_blocks.SCHEMA) of one format."""
    if format_ == CANONICAL:
        return rows_of_lines(landing.connection, lines)
    return rows_of_vendor_lines(landing.connection, lines, ADAPTERS[format_])


def _land_table(landing: Landing, file: EventFile, fact: SourceFile) -> None:
    """A JSON document, a CSV or a Parquet file."""
    try:
        tables = _tables(file)
        first = next(tables, None)
    except FileRefused as error:
        _refuse(landing, error)
        return
    if first is None:
        landing.add(EVENTS, pa.table({"event_id": pa.nulls(0, pa.string())}), files=[fact])
    while first is not None:
        started = time.monotonic()
        is_canonical = file.format == CANONICAL
        rows = checked_events(
            rows_of_columns(landing.connection, first)
            if is_canonical
            else rows_of_format(landing, first, file.format)
        )
        landing.add(EVENTS, rows, files=[fact])
        _progress([file.name], len(first), started)
        first = next(tables, None)


def _tables(file: EventFile) -> Iterator[pa.Table]:
    if file.kind == "csv":
        return csv_tables(file)
    if file.kind == "parquet":
        return parquet_tables(file)
    return iter([document_rows(file) if file.format == CANONICAL else document_lines(file)])


def _still_the_same(file: EventFile) -> None:
    try:
        now = file.file.path.stat()
    except OSError:
        now = None
    if now is None or (now.st_size, now.st_mtime_ns) != (file.file.size, file.file.modified_ns):
        raise SourceError(f"{file.name} changed while it was read; nothing of this run was landed: run again")


def _progress(names: list[str], rows: int, started: float) -> None:
    seconds = max(time.monotonic() - started, 1e-3)
    shown = names[0] if len(names) == 1 else f"{len(names):,} files"
    log.info("app_events: %s, %s rows, %s rows/s", shown, f"{rows:,}", f"{rows / seconds:,.0f}")
