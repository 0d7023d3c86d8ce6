"""Writes reports/quality/<suite>.html and index.html, complete in themselves, and says where they are."""

import os
from pathlib import Path

from ingestion.manifest import write_atomically
from ingestion.settings import Settings
from orchestration.quality_pages.page import render_index, render_suite
from orchestration.quality_pages.results import FOLDER, history, suites

#: Where reports/ is served, so that the Dagster UI can link to it; a page of its own may not open files.
REPORTS_URL = "OPS_REPORTS_URL"


def write_pages(settings: Settings, suite: str) -> Path:
    """The page of a suite that has judged, and the one of all, anew."""
    data_dir, zone = settings.data_dir, settings.reporting_timezone
    folder = data_dir / FOLDER
    names = suites(data_dir)
    path = folder / f"{suite}.html"
    write_atomically(path, render_suite(suite, history(data_dir, suite), names, zone))
    newest = {name: history(data_dir, name, 1)[0] for name in names}
    write_atomically(folder / "index.html", render_index(newest, zone))
    return path


def page_of(settings: Settings, suite: str, subject: str = "") -> str:
    """Address of a suite's page, at a subject that did not hold: a URL where reports/ is served, else a path.

    '' when there is none yet.
    """
    path = settings.data_dir / FOLDER / f"{suite}.html"
    if not path.exists():
        return ""
    place = f"#{subject}" if subject else ""
    base = os.environ.get(REPORTS_URL, "").rstrip("/")
    return f"{base}/quality/{path.name}{place}" if base else f"{path}{place}"
