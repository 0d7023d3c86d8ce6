"""Lands every new download of inbox/platform_exports/<platform>/[<app_id>/].

Downloads overlap and correct each other, the later file wins: they are landed in the order in which they were
saved, observed at that time (not after `as_of`).
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import cast

from ingestion.errors import FileRefused
from ingestion.inbox import InboxFile, inbox_files
from ingestion.landing import Landing, LandingResult, SourceFile
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.channels.contracts import EXPORT_CONTRACTS
from ingestion.sources.channels.exports.downloads import Download, groups, scope
from ingestion.sources.channels.exports.mapping import Mapping, mappings
from ingestion.sources.channels.exports.rows import Row, rows_of_export, table_of_rows, without_contradictions
from ingestion.sources.spreadsheets.csv_sheet import csv_sheet
from ingestion.sources.spreadsheets.sheet import Sheet
from ingestion.sources.spreadsheets.xlsx_sheets import xlsx_sheets

log = logging.getLogger(__name__)

FOLDER = "platform_exports"
#: `_source_row` counts on from here in the second sheet of a workbook: a sheet of Excel has 1,048,576 rows.
ROWS_OF_A_SHEET = 10_000_000


def pull(settings: Settings) -> list[LandingResult]:
    """Land what is new: a file with a known content for the same platform and app is skipped.

    A file that cannot be used is reported as refused, with one line; one of a platform without a mapping is named
    in the log in every run.
    """
    downloads, refusals = _new_downloads(settings)
    results: list[LandingResult] = []
    by_contract = [[one for one in downloads if one.contract == contract] for contract in EXPORT_CONTRACTS]
    found = [group for part in by_contract for group in groups(part)]
    for group in found or [[]]:
        observed_at = max((download.observed_at for download in group), default=settings.as_of)
        with Landing(settings.data_dir, FOLDER, observed_at=observed_at) as landing:
            while refusals:
                error = refusals.pop()
                log.warning("refused %s", error)
                landing.refuse(error.file_name, error.reason)
            if group:
                rows = [row for download in group for row in download.rows]
                facts = [download.facts for download in group]
                contract = group[0].contract
                counts = landing.add(contract, table_of_rows(contract, rows), files=facts)
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
    rows: list[Row] = []
    for place, sheet in enumerate(_sheets(file, mapping)):
        log.info("%s: sheet %s read as %s", file.name, sheet.name, sheet.encoding or "xlsx")
        for row in rows_of_export(file.name, scope(file.name)[1], mapping, sheet):
            rows.append(row | {"_source_row": place * ROWS_OF_A_SHEET + cast("int", row["_source_row"])})
    facts = SourceFile(file.name, sha256, file.size, file.modified_ns)
    rows = without_contradictions(mapping.contract, rows)
    return Download(mapping.contract, facts, min(_saved_at(file), as_of), rows)


def _sheets(file: InboxFile, mapping: Mapping) -> list[Sheet]:
    """The CSV file, or every sheet with the header of the platform; others are named in the log. Raises FileRefused."""
    path = PurePosixPath(file.name)
    if path.suffix.lower() == ".csv":
        sheet = csv_sheet(file.name, path.stem, file.path.read_bytes(), mapping.is_header)
        sheets = [sheet] if sheet else []
    elif path.suffix.lower() == ".xlsx":
        sheets = list(xlsx_sheets(file.name, file.path, mapping.is_header).values())
    else:
        raise FileRefused(file.name, "is neither .csv nor .xlsx; download it as one of them")
    if not sheets:
        raise FileRefused(file.name, "is empty; download it again")
    known = [sheet for sheet in sheets if mapping.is_header(sheet.header)]
    for sheet in sheets:
        if known and sheet not in known:
            log.info("%s: sheet %s has another header; not read", file.name, sheet.name)
    return known or sheets[:1]
