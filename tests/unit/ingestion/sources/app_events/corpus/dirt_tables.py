"""The tables of docs/dirt.md, written from the corpus by running this module."""

import json
from pathlib import Path

from tests.unit.ingestion.sources.app_events.corpus.file_kinds import FILE_KINDS
from tests.unit.ingestion.sources.app_events.corpus.line_kinds import LINE_KINDS, LineKind
from tests.unit.ingestion.sources.app_events.corpus.time_kinds import TIME_KINDS

DOCUMENT = Path(__file__).resolve().parents[6] / "docs" / "dirt.md"
BEGIN = "<!-- tables: written from the corpus of the tests -->"
SHOWN = 70
#: What the lines have in common is not repeated in the document.
USUAL = ('"event_name":"v","user_id":"u","occurred_at":"2026-03-30",', '"event_name":"v","user_id":"u",')
COUNTED = ("read", "landed", "duplicate", "quarantined", "blank")


def document_text() -> str:
    """The document with its tables as they must be."""
    return "\n".join(
        [DOCUMENT.read_text("utf-8").partition(BEGIN)[0] + BEGIN, "", *_lines(), "", *_files(), ""]
    )


def _lines() -> list[str]:
    head = ["## Lines", "| about | line | as text | outcome |", "|---|---|---|---|"]
    rows = [(k.group, k.name, _beginning(k), _outcome(k)) for k in [*LINE_KINDS, *TIME_KINDS]]
    return head + [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]


def _files() -> list[str]:
    head = ["## Files", "| file | named | outcome |", "|---|---|---|"]
    return head + [f"| {kind.name} | `{kind.file}` | {_counted(kind.outcome)} |" for kind in FILE_KINDS]


def _beginning(kind: LineKind) -> str:
    text = kind.text.decode("utf-8", "backslashreplace")
    for usual in USUAL:
        text = text.replace(usual, "…,", 1)
    text = text.replace("…,…,", "…,")[: SHOWN + 1]
    # Every character that is no plain sign is shown by its escape, so that the document is plain text.
    shown = "".join(
        sign if " " <= sign <= "~" or sign == "…" else json.dumps(sign)[1:-1] for sign in text[:SHOWN]
    )
    return f"`` {shown}{'…' if len(text) > SHOWN else ''} ``" if shown.strip() else ""


def _outcome(kind: LineKind) -> str:
    if kind.outcome not in ("landed", "duplicate", "blank"):
        return f"quarantined: `{kind.outcome}`"
    return kind.outcome


def _counted(outcome: tuple[int, ...] | str) -> str:
    if isinstance(outcome, str):
        word, _, reason = outcome.partition(": ")
        return f"{word} (… {reason} …)" if reason else word
    return ", ".join(f"{n} {word}" for n, word in zip(outcome, COUNTED, strict=True) if n) or "nothing in it"


if __name__ == "__main__":
    DOCUMENT.write_text(document_text(), "utf-8")
