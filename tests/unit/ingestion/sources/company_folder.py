"""A data folder with an inbox, for the tests of files and databases."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.landing import LandingResult
from ingestion.manifest import Manifest
from ingestion.settings import Settings

AS_OF = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)


class CompanyFolder:
    """What a test puts in and what was landed."""

    def __init__(self, path: Path, as_of: datetime = AS_OF) -> None:
        self.path = path
        self.settings = Settings(path, as_of, as_of_is_fixed=True)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.path / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def accept(self, results: list[LandingResult]) -> None:
        for result in results:
            if result.batch_id:
                Manifest(self.path).set_state(result.batch_id, "accepted")

    def landed(self, source: str, entity: str) -> list[dict[str, Any]]:
        """Rows of all landed and accepted files, in order of file and row."""
        paths = Manifest(self.path).raw_files(source, entity, states=("landed", "accepted"))
        rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
        return sorted(rows, key=lambda row: (row["_batch_id"], row["_source_file"], row["_source_row"]))

    def put_aside(self, source: str, entity: str) -> list[dict[str, Any]]:
        """Rows in quarantine, in order of file and line."""
        paths = sorted((self.path / "quarantine" / source / entity).glob("*.parquet"))
        rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
        return sorted(rows, key=lambda row: (row["file_name"], row["line_number"]))


def counts(result: LandingResult) -> dict[str, tuple[int, int, int, int, int]]:
    """File → (read, landed, duplicate, quarantined, blank); each adds up."""
    found: dict[str, tuple[int, int, int, int, int]] = {}
    for file in result.files:
        assert file.is_conserved
        rows = (
            file.rows_read,
            file.rows_landed,
            file.rows_duplicate,
            file.rows_quarantined,
            file.rows_blank,
        )
        before = found.get(file.file_name, (0,) * len(rows))
        found[file.file_name] = tuple(map(sum, zip(before, rows, strict=True)))  # type: ignore[assignment]
    return found
