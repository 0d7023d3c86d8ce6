"""Lands lines of a vendor format and gives back what became of them."""

import json
from pathlib import Path
from typing import Any

from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts


class VendorFolder:
    """A data folder of which one file holds the lines."""

    def __init__(self, path: Path, format_: str) -> None:
        self.company = CompanyFolder(path)
        self.format = format_

    def land(self, *lines: object, name: str = "a.ndjson") -> list[dict[str, Any]]:
        """Rows landed in order of line; a text is a line as it is, anything else its JSON."""
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        self.company.put(f"app_events/{self.format}/{name}", "".join(f"{text}\n" for text in texts))
        (result,) = pull(self.company.settings)
        assert sum(read for read, *_ in counts(result).values()) == len(lines)
        return self.company.landed("app_events", "events")

    def reasons(self) -> list[tuple[int, str]]:
        return [
            (row["line_number"], row["reason_code"]) for row in self.company.put_aside("app_events", "events")
        ]
