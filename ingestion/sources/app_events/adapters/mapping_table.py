"""The tables of docs/event_formats.md, written from the adapters by running this module."""

from pathlib import Path

from ingestion.sources.app_events.adapters import ADAPTERS, Adapter

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "event_formats.md"
BEGIN = "<!-- mapping tables: written by ingestion.sources.app_events.adapters.mapping_table -->"


def mapping_tables() -> str:
    """Markdown, one section a format."""
    sections = [one for adapter in ADAPTERS.values() for one in (adapter, adapter.operations) if one]
    return "\n".join(_section(adapter) for adapter in sections)


def _section(adapter: Adapter) -> str:
    rows = [(f"`{name}`", str(source)) for name, source in adapter.columns.items()]
    rows.append(("`properties`", str(adapter.properties)))
    rows += [(f"`properties.{name}`", str(source)) for name, source in adapter.derived.items()]
    rows += [(f"put aside: `{code}`", words) for code, (_, words) in adapter.problems.items()]
    lines = [f"### {adapter.format}", "", "| canonical | from |", "|---|---|"]
    lines += [f"| {name} | {source.replace('own:', 'event_params.')} |" for name, source in rows]
    return "\n".join([*lines, ""])


def document_text() -> str:
    """The document with its tables as they must be."""
    return DOCUMENT.read_text("utf-8").partition(BEGIN)[0] + BEGIN + "\n\n" + mapping_tables()


if __name__ == "__main__":
    DOCUMENT.write_text(document_text(), "utf-8")
