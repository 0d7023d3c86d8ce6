"""Lands every new download of inbox/platform_exports/<platform>/[<app_id>/].

Downloads overlap and correct each other, the later file wins: they are landed in the order in which they were
saved, observed at that time (not after `as_of`).
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from ingestion.errors import FileRefused
from ingestion.inbox import InboxFile, inbox_files
from ingestion.landing import Landing, LandingResult, SourceFile
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.channels.contracts import EXPORT_CONTENT_STATS
from ingestion.sources.channels.exports.downloads import Download, groups, scope
from ingestion.sources.channels.exports.mapping import Mapping, mappings
from ingestion.sources.channels.exports.rows import rows_of_export, table_of_rows
from ingestion.sources.spreadsheets.csv_sheet import csv_sheet
from ingestion.sources.spreadsheets.sheet import Sheet
from ingestion.sources.spreadsheets.xlsx_sheets import xlsx_sheets

log = logging.getLogger(__name__)

FOLDER = "platform_exports"


def pull(settings: Settings) -> list[LandingResult]:
    """Land what is new: a file with a known content for the same platform and app is skipped.

    A file that cannot be used is reported as refused, with one line; one of a platform without a mapping is named
    in the log in every run.
    """
    downloads, refusals = _new_downloads(settings)
    results: list[LandingResult] = []
    for group in groups(downloads) or [[]]:
        observed_at = max((download.observed_at for download in group), default=settings.as_of)
        with Landing(settings.data_dir, FOLDER, observed_at=observed_at) as landing:
            while refusals:
                error = refusals.pop()
                log.warning("refused %s", error)
                landing.refuse(error.file_name, error.reason)
            if group:
                rows = [row for download in group for row in download.rows]
                facts = [download.facts for download in group]
                counts = landing.add(EXPORT_CONTENT_STATS, table_of_rows(rows), files=facts)
                log.info("platform_exports: %s files, %s rows", len(group), f"{counts.landed:,}")
        if isinstance(landing.result, LandingResult):
            results.append(landing.result)
    return results


def _new_downloads(settings: Settings) -> tuple[list[Download], list[FileRefused]]:
    manifest = Manifest(settings.data_dir)
    memory = manifest.known_files(FOLDER)
    known = {(scope(file.file_name), file.sha256) for e in manifest.entries(FOLDER) for file in e.files}
    downloads: list[Download] = []
    refusals: list[FileRefused] = []
    for file in _in_order(inbox_files(settings.data_dir, FOLDER)):
        if memory.is_known(file.name, file.size, file.modified_ns):
            continue
        platform = scope(file.name)[0]
        mapping = mappings().get(platform)
        if mapping is None:
            readable = ", ".join(sorted(mappings()))
            log.warning(
                "not read: %s: folder %r is no platform that is supported (%s)", file.name, platform, readable
            )
            continue
        try:
            content = (scope(file.name), file.sha256())
            if content in known:
                log.info("%s: the same content was landed before; skipped", file.name)
                continue
            downloads.append(_read(file, mapping, content[1], settings.as_of))
            known.add(content)
        except FileRefused as error:
            refusals.append(error)
        except OSError as error:
            refusals.append(FileRefused(file.name, f"cannot be read: {error.strerror}"))
    return downloads, refusals


def _in_order(files: Iterable[InboxFile]) -> list[InboxFile]:
    return sorted(files, key=lambda file: (file.modified_ns, file.name))


def _saved_at(file: InboxFile) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=file.modified_ns // 1000)


def _read(file: InboxFile, mapping: Mapping, sha256: str, as_of: datetime) -> Download:
    sheet = _sheet(file, mapping)
    rows = rows_of_export(file.name, scope(file.name)[1], mapping, sheet)
    log.info("%s: read as %s", file.name, sheet.encoding or "xlsx")
    facts = SourceFile(file.name, sha256, file.size, file.modified_ns)
    return Download(facts, min(_saved_at(file), as_of), rows)


def _sheet(file: InboxFile, mapping: Mapping) -> Sheet:
    """The CSV file, or the first sheet with the header of the platform. Raises FileRefused."""
    path = PurePosixPath(file.name)
    if path.suffix.lower() == ".csv":
        sheet = csv_sheet(file.name, path.stem, file.path.read_bytes(), mapping.is_header)
    elif path.suffix.lower() == ".xlsx":
        sheets = list(xlsx_sheets(file.name, file.path, mapping.is_header).values())
        sheet = next(
            (sheet for sheet in sheets if mapping.is_header(sheet.header)), sheets[0] if sheets else None
        )
    else:
        raise FileRefused(file.name, "is neither .csv nor .xlsx; download it as one of them")
    if sheet is None:
        raise FileRefused(file.name, "is empty; download it again")
    return sheet
