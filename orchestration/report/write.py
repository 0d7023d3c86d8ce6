"""Writes reports/<day>/<page>.html, and points reports/latest at the newest day."""

import os
from dataclasses import dataclass
from pathlib import Path

from ingestion.manifest import write_atomically
from ingestion.settings import Settings
from orchestration.report.charts import chart_kit
from orchestration.report.facts import read_pages
from orchestration.report.page import render
from orchestration.report.published import open_published

FOLDER, LATEST = "reports", "latest"


@dataclass(frozen=True)
class WrittenReports:
    """`folder` holds a page of the company and one of each app; `publication_id`: what they tell."""

    folder: Path
    pages: list[Path]
    publication_id: str


def write_reports(settings: Settings) -> WrittenReports:
    """All pages of the current publication, each written whole or not at all.

    The folder is the last day that is over in the reporting time zone; a later publication of the same day writes
    its pages anew. Raises duckdb.Error when nothing is published.
    """
    with open_published(settings.data_dir) as published:
        facts = read_pages(published, settings.reporting_timezone, settings.reporting_currency)
    day = max(page.subject.last_day for page in facts)
    folder = settings.data_dir / FOLDER / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    kit = chart_kit()
    pages = []
    for page in facts:
        path = folder / page.subject.file_name
        write_atomically(path, render(page, kit))
        pages.append(path)
    _point_at(folder)
    return WrittenReports(folder, pages, facts[0].publication.publication_id)


def _point_at(folder: Path) -> None:
    """`latest` shows the newest day; writing an older one again does not take it back."""
    link = folder.parent / LATEST
    if link.is_symlink() and os.readlink(link) >= folder.name:
        return
    temporary = link.with_name(f".{LATEST}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(folder.name)
    os.replace(temporary, link)


def company_page(data_dir: Path) -> Path | None:
    """The page to open first; None when no report was written."""
    path = data_dir / FOLDER / LATEST / "company.html"
    return path if path.exists() else None
