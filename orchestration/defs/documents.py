"""Where an asset is explained: its page under docs/, linked from the Dagster UI."""

import os
import re
from functools import cache

import dagster as dg

from ingestion.sources.ad_accounts.platforms import PLATFORMS
from orchestration.code_version import REPOSITORY

#: Where docs/ is served (a wiki, the repository's web page); without it the UI shows the path in the repository.
DOCS_URL = "OPS_DOCS_URL"
METRICS = "docs/metrics.md"
_HEADING = re.compile(r"^### `([a-z0-9_.]+)`$", re.MULTILINE)
_OF_SOURCES = {
    "app_events": "docs/event_formats.md",
    "app_database": "docs/conventions.md#the-app-database",
    "ops_workbook": "docs/conventions.md#the-ops-workbook",
    "platform_exports": "docs/platform_exports.md",
    **{platform.source: "docs/ad_platforms.md" for platform in PLATFORMS},
}
_OF_SCHEMAS = {
    "marts": "docs/bi.md",
    "kpi": "docs/bi.md",
    "quality": "docs/bi.md",
    "reports": "README.md#the-daily-report",
    "meta": "docs/conventions.md#batches",
}


def with_document(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset with `docs` among its metadata."""
    return spec.merge_attributes(metadata={"docs": _value(document(spec.key))})


def document(key: dg.AssetKey) -> str:
    """Path in the repository, with the anchor of its part where it has one."""
    schema, name = key.path[0], ".".join(key.path)
    if schema == "raw":
        return _OF_SOURCES.get(key.path[1], "docs/conventions.md#sourcesyaml")
    if name in _explained():
        return f"{METRICS}#{name.replace('.', '')}"
    return _OF_SCHEMAS.get(schema, "docs/conventions.md")


@cache
def _explained() -> frozenset[str]:
    return frozenset(_HEADING.findall((REPOSITORY / METRICS).read_text("utf-8")))


def _value(path: str) -> dg.MetadataValue:
    base = os.environ.get(DOCS_URL, "").rstrip("/")
    return link(f"{base}/{path}" if base else path)


def link(address: str) -> dg.MetadataValue:
    """A URL to open, or a path to copy: browsers open no file from a web page."""
    return dg.MetadataValue.url(address) if "://" in address else dg.MetadataValue.path(address)
