"""`make accept DAYS=2026-03-31`: a person says that KPIs of these days are true although they look unusual.

Holds until the next publication; what readers know since then is not judged again.
"""

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from ingestion.errors import SourceError
from ingestion.manifest import write_atomically
from ingestion.settings import Settings
from orchestration.command import change
from orchestration.publication.swap import current_receipt

FILE = "accepted_days.json"


class DaysError(SourceError):
    """Not a day or a range of days; one line."""


def accept_days(data_dir: Path, words: str) -> tuple[date, date]:
    """`2026-03-31` or `2026-03-01..2026-03-31`. Raises DaysError."""
    first, _, last = words.partition("..")
    try:
        days = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        raise DaysError(f"DAYS={words}: write 2026-03-31 or 2026-03-01..2026-03-31") from None
    if days[0] > days[1]:
        raise DaysError(f"DAYS={words}: the first day is after the last")
    now = datetime.now(UTC).replace(tzinfo=None).isoformat()
    entry = {"first": days[0].isoformat(), "last": days[1].isoformat(), "accepted_at": now}
    write_atomically(data_dir / FILE, json.dumps([*_entries(data_dir), entry], indent=1))
    return days


def accepted_days(data_dir: Path) -> list[tuple[date, date]]:
    """Ranges that were accepted since the last publication, both ends included."""
    receipt = current_receipt(data_dir)
    since = receipt.published_at if receipt else ""
    return [
        (date.fromisoformat(entry["first"]), date.fromisoformat(entry["last"]))
        for entry in _entries(data_dir)
        if entry["accepted_at"] > since
    ]


def _entries(data_dir: Path) -> list[dict[str, str]]:
    try:
        return list(json.loads((data_dir / FILE).read_text("utf-8")))
    except FileNotFoundError:
        return []
    except (ValueError, TypeError) as error:
        raise DaysError(
            f"{FILE} is damaged: remove it and accept again what no publication has brought yet"
        ) from error


def main(arguments: list[str]) -> int:
    def act(settings: Settings) -> str:
        first, last = accept_days(settings.data_dir, "".join(arguments))
        return f"KPIs of {first} to {last} are accepted as they are; `make refresh` takes it from here"

    return change("make accept", act)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
