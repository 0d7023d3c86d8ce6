"""Every asset leads to a page that exists, at a heading that exists."""

import re

import dagster as dg
import pytest

from ingestion.contracts import CONTRACTS
from orchestration.code_version import REPOSITORY
from orchestration.defs.documents import document, with_document

TABLES = (
    "marts.dim_users",
    "kpi.fct_kpi",
    "kpi.fct_kpi_revision",
    "quality.checks",
    "reports.daily",
    "meta.build",
)
KEYS = [["raw", contract.source, contract.entity] for contract in CONTRACTS]
KEYS += [table.split(".") for table in (*TABLES, "staging.stg_app_events__events", "intermediate.int_events")]


def _anchors(text: str) -> set[str]:
    """Headings as web pages of repositories name them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", KEYS, ids="/".join)
def test_the_page_is_there(path: list[str]) -> None:
    file, _, anchor = document(dg.AssetKey(path)).partition("#")
    text = (REPOSITORY / file).read_text("utf-8")
    assert not anchor or anchor in _anchors(text)


def test_a_public_table_leads_to_its_definition() -> None:
    assert document(dg.AssetKey(["marts", "dim_users"])) == "docs/metrics.md#martsdim_users"


def test_pages_are_links_where_they_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = dg.AssetSpec(["raw", "app_events", "events"])
    assert with_document(spec).metadata["docs"] == dg.MetadataValue.path("docs/event_formats.md")
    monkeypatch.setenv("OPS_DOCS_URL", "https://git.example.com/blob/main/")
    url = "https://git.example.com/blob/main/docs/event_formats.md"
    assert with_document(spec).metadata["docs"] == dg.MetadataValue.url(url)
