"""Lands every new file of inbox/app_events: one batch for a run, many files in one step."""

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pyarrow as pa

from ingestion.ahead import ahead
from ingestion.errors import FileRefused, SourceError
from ingestion.inbox import inbox_files
from ingestion.landing import Landing, LandingResult, SourceFile
from ingestion.landing_step import WRITTEN
from ingestion.loading import Loading
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.app_events.adapters import ADAPTERS
from ingestion.sources.app_events.adapters.snowplow import SNOWPLOW
from ingestion.sources.app_events.adapters.vendor_rows import rows_of_operations, rows_of_vendor_lines
from ingestion.sources.app_events.contracts import EVENTS, PROFILE_OPERATIONS
from ingestion.sources.app_events.delimited import csv_tables
from ingestion.sources.app_events.document import document_lines, document_rows, is_document
from ingestion.sources.app_events.enriched_lines import rows_of_enriched_lines
from ingestion.sources.app_events.formats import CANONICAL, EventFile, event_file, is_read_alike
from ingestion.sources.app_events.identity import checked_events
from ingestion.sources.app_events.line_blocks import SCHEMA, LineCutter
from ingestion.sources.app_events.line_query import rows_of_lines
from ingestion.sources.app_events.parquet_rows import parquet_tables
from ingestion.sources.app_events.plain_lines import plain_rows
from ingestion.sources.app_events.profile_operations import checked_operations
from ingestion.sources.app_events.text_columns import rows_of_columns

log = logging.getLogger(__name__)

FOLDER = "app_events"
#: So much text is validated and landed in one step; it bounds memory, not the size of a file.
GROUP_BYTES = 128 << 20


def pull(settings: Settings) -> list[LandingResult]:
    """Land what is new. Known files (same facts, or same content that means the same) are skipped, damaged ones
    reported as refused; files of another format are named in the log in every run.

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
                # A file that was moved to its format, its app or its ending is not the same any more.
                before = next((name for name in memory.names_of(sha256) if is_read_alike(found, name)), None)
                if before:
                    log.info("%s: the same content was landed before as %s; skipped", file.name, before)
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
        loading = Loading(FOLDER, len(facts), sum(file.file.size for file in (*lines, *others)))
        for format_ in sorted({file.format for file in lines}):
            _land_lines(landing, [file for file in lines if file.format == format_], facts, loading)
        for other in others:
            _land_table(landing, other, facts[other.name], loading)
        for readable in (*lines, *others):
            _still_the_same(readable)
    return [landing.result] if landing.result else []


def _refuse(landing: Landing, error: FileRefused) -> None:
    log.warning("refused %s", error)
    landing.refuse(error.file_name, error.reason)


@dataclass
class _Group:
    """Lines of one step (line_blocks.SCHEMA), their files, the newest file, the bytes of files that ended in it."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    files: dict[str, SourceFile] = field(default_factory=dict)
    refused: list[FileRefused] = field(default_factory=list)
    name: str = ""
    size: int = 0


def _land_lines(
    landing: Landing, files: list[EventFile], facts: dict[str, SourceFile], loading: Loading
) -> None:
    """Files of one format: small ones share a step; a large one is several steps of the same batch. Lines of the next
    step are cut while those of this one are landed."""
    with closing(ahead(_groups(files, facts))) as groups:
        for group in groups:
            for error in group.refused:
                _refuse(landing, error)
            if group.files:
                table = pa.Table.from_batches(group.batches, SCHEMA)
                group.batches.clear()
                _land_group(landing, table, files[0].format, group.files)
                loading.did(group.name, len(table), group.size)


def _groups(files: list[EventFile], facts: dict[str, SourceFile]) -> Iterator[_Group]:
    cutter = LineCutter([file.name for file in files])
    group, size = _Group(), 0
    for number, file in enumerate(files):
        told = 0
        try:
            for batch in cutter.batches(number, file):
                group.name, group.files[file.name] = file.name, facts[file.name]
                group.batches.append(batch)
                size += batch.nbytes
                if size >= GROUP_BYTES:
                    group.batches.extend(cutter.rest())
                    # Of a compressed file nobody knows how much is left.
                    part = 0 if file.compression else min(size, file.file.size - told)
                    group.size, told = group.size + part, told + part
                    yield group
                    group, size = _Group(), 0
        except FileRefused as error:
            group.refused.append(error)
            continue
        # Also a file without any line, and one whose last lines still wait in the cutter.
        group.name, group.files[file.name] = file.name, facts[file.name]
        group.size += file.file.size - told
    group.batches.extend(cutter.rest())
    yield group


def _land_group(landing: Landing, lines: pa.Table, format_: str, facts: dict[str, SourceFile]) -> None:
    """Plain lines of canonical events first, each of them read once; then what is left, with a second look."""
    members = list(facts.values())
    plain = plain_rows(landing.connection, lines) if format_ == CANONICAL else None
    if plain:
        landed = landing.add(EVENTS, plain, files=members, only_good_of=len(lines))
        if landed.read == len(lines):
            return
        left = f"select event_lines.* from event_lines anti join {WRITTEN} using (file, row)"
        lines = landing.connection.sql(left).to_arrow_table()
        names = set(lines["file"].unique().to_pylist())
        members = [member for member in members if member.name in names]
    landing.add(EVENTS, checked_events(rows_of_format(landing, lines, format_)), files=members)
    land_operations(landing, format_, members)


def land_operations(landing: Landing, format_: str, members: list[SourceFile]) -> int:
    """Rows landed of those lines of the last `rows_of_format` that are operations on profiles, not events."""
    rows = rows_of_operations(landing.connection, ADAPTERS[format_]) if format_ != CANONICAL else None
    if rows is None:
        return 0
    found = landing.connection.execute(f"select distinct _source_file from ({rows})").fetchall()
    files = [member for member in members if (member.name,) in found]
    return landing.add(PROFILE_OPERATIONS, checked_operations(rows), files=files).landed


def rows_of_format(landing: Landing, lines: pa.Table, format_: str) -> str:
    """Query with the columns of strict_rows.SCHEMA over lines (line_blocks.SCHEMA) of one format."""
    if format_ == CANONICAL:
        return rows_of_lines(landing.connection, lines)
    if format_ == SNOWPLOW.format:
        return rows_of_enriched_lines(landing.connection, lines)
    return rows_of_vendor_lines(landing.connection, lines, ADAPTERS[format_])


def _land_table(landing: Landing, file: EventFile, fact: SourceFile, loading: Loading) -> None:
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
        is_canonical = file.format == CANONICAL
        rows = checked_events(
            rows_of_columns(landing.connection, first)
            if is_canonical
            else rows_of_format(landing, first, file.format)
        )
        landing.add(EVENTS, rows, files=[fact])
        land_operations(landing, file.format, [fact])
        landed, first = len(first), next(tables, None)
        loading.did(file.name, landed, 0 if first else file.file.size)


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
