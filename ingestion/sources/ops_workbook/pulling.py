"""Lands every table of the workbook that changed, all in one batch; a table that cannot be used keeps yesterday's."""

import logging
from pathlib import PurePosixPath

import pyarrow as pa

from ingestion.contract import Contract
from ingestion.errors import FileRefused
from ingestion.inbox import InboxFile, inbox_files
from ingestion.landing import Landing, LandingResult
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.ops_workbook.aliases import table_named
from ingestion.sources.ops_workbook.contracts import CONTRACTS, SOURCE
from ingestion.sources.ops_workbook.tables import table_of_sheet
from ingestion.sources.spreadsheets.csv_sheet import csv_sheet
from ingestion.sources.spreadsheets.sheet import Sheet
from ingestion.sources.spreadsheets.xlsx_sheets import xlsx_sheets

log = logging.getLogger(__name__)


def pull(settings: Settings) -> list[LandingResult]:
    """Land the tables of changed files. What cannot be used is reported as refused, with one line each."""
    files = inbox_files(settings.data_dir, SOURCE)
    newest = _newest_content(Manifest(settings.data_dir))
    with Landing(settings.data_dir, SOURCE, observed_at=settings.as_of) as landing:
        owners: dict[str, str] = {}
        for file in files:
            try:
                # First: were the file saved in between, the next run would find another content and land it.
                sha256 = file.sha256()
                sheets = _sheets(file)
            except FileRefused as error:
                _refuse(landing, error)
                continue
            except OSError as error:
                _refuse(landing, FileRefused(file.name, f"cannot be read: {error.strerror}"))
                continue
            for contract, sheet in sheets:
                if other := owners.get(contract.entity):
                    reason = f"the table {contract.entity} is also in {other}; keep it in one file"
                    _refuse(landing, FileRefused(file.name, reason))
                    continue
                owners[contract.entity] = file.name
                if newest.get(contract.entity) == (file.name, sha256):
                    continue
                try:
                    _land(landing, file, sha256, contract, sheet)
                except FileRefused as error:
                    _refuse(landing, error)
    return [landing.result] if landing.result else []


def _newest_content(manifest: Manifest) -> dict[str, tuple[str, str | None]]:
    """Table → (file, sha256) of its newest snapshot. An older content that comes back is a new snapshot."""
    return {
        file.entity: (file.file_name, file.sha256)
        for entry in manifest.entries(SOURCE)
        for file in entry.files
    }


def _sheets(file: InboxFile) -> list[tuple[Contract, Sheet]]:
    """The tables of a file; sheets that are no table are named in the log. Raises FileRefused."""
    path = PurePosixPath(file.name)
    ending = path.suffix.lower()
    if len(path.parts) > 3:
        log.warning("not read: %s lies in a sub-folder; put it into inbox/%s itself", file.name, SOURCE)
        return []
    if ending == ".csv":
        contract = table_named(path.stem)
        if contract is None:
            names = ", ".join(known.entity for known in CONTRACTS)
            raise FileRefused(file.name, f"{path.stem!r} is no table of the workbook; name it one of {names}")
        sheet = csv_sheet(file.name, path.stem, file.path.read_bytes())
        if sheet is None:
            raise FileRefused(file.name, "is empty; write at least the header")
        if sheet.encoding not in ("utf-8", "utf-8-sig"):
            log.info("%s: read as %s", file.name, sheet.encoding)
        return [(contract, sheet)]
    if ending != ".xlsx":
        raise FileRefused(file.name, "is neither .csv nor .xlsx; save it as one of them")
    sheets = xlsx_sheets(file.name, file.path)
    found = [(contract, sheet) for name, sheet in sheets.items() if (contract := table_named(name))]
    # A sheet whose name begins with _ holds the drop-down lists of the template.
    if others := [name for name in sheets if table_named(name) is None and not name.startswith("_")]:
        log.warning("%s: the sheets %s are no table of the workbook; not read", file.name, ", ".join(others))
    if not found:
        raise FileRefused(file.name, f"has no sheet named as a table, such as {CONTRACTS[0].entity}")
    return found


def _land(landing: Landing, file: InboxFile, sha256: str, contract: Contract, sheet: Sheet) -> None:
    table: pa.Table = table_of_sheet(file.name, contract, sheet)
    counts = landing.add(
        contract, table, file_name=file.name, sha256=sha256, size=file.size, modified_ns=file.modified_ns
    )
    log.info("ops_workbook: %s from %s, %s rows", contract.entity, file.name, f"{counts.landed:,}")


def _refuse(landing: Landing, error: FileRefused) -> None:
    log.warning("refused %s", error)
    landing.refuse(error.file_name, error.reason)
