"""Results of the suites as files: reports/quality/results/<suite>/<subject>.json, one per judged batch or publication.

Rows that do not meet an expectation are kept in them, masked. A subject begins with its UTC time, so names sort.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingestion.manifest import write_atomically
from orchestration.expectations.suite import Judgement, Outcome
from orchestration.masking import masked_row

FOLDER = Path("reports") / "quality"
#: Results of a suite that stay; a page shows the newest of them.
KEPT, SHOWN = 400, 60


@dataclass(frozen=True)
class Result:
    """What a suite said of one subject: a batch (its id), or a publication (its time and run). Rows are masked."""

    subject: str
    judged_at: str
    files: tuple[str, ...]
    notes: tuple[str, ...]
    expectations: tuple[Outcome, ...]

    @property
    def is_met(self) -> bool:
        return all(expected.is_met for expected in self.expectations)

    @property
    def met(self) -> int:
        return sum(expected.is_met for expected in self.expectations)


def keep(
    data_dir: Path, suite: str, subject: str, judged_at: str, files: Sequence[str], judgement: Judgement
) -> None:
    """Write one result; the oldest beyond KEPT go."""
    expectations = tuple(
        replace(outcome, rows=tuple(map(masked_row, outcome.rows))) for outcome in judgement.outcomes
    )
    result = Result(subject, judged_at, tuple(dict.fromkeys(files)), judgement.notes, expectations)
    folder = data_dir / FOLDER / "results" / suite
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{subject}.json", json.dumps(asdict(result), ensure_ascii=False))
    for old in sorted(folder.glob("*.json"), reverse=True)[KEPT:]:
        old.unlink()


def history(data_dir: Path, suite: str, count: int = SHOWN) -> list[Result]:
    """The newest results of a suite, newest first."""
    paths = sorted((data_dir / FOLDER / "results" / suite).glob("*.json"), reverse=True)[:count]
    return [_read(path) for path in paths]


def suites(data_dir: Path) -> list[str]:
    """Those that judged anything, by name."""
    return sorted(path.name for path in (data_dir / FOLDER / "results").glob("*") if path.is_dir())


def _read(path: Path) -> Result:
    facts = json.loads(path.read_text("utf-8"))
    expectations = tuple(
        Outcome(**{**expected, "rows": tuple(expected["rows"])}) for expected in facts["expectations"]
    )
    return Result(
        facts["subject"], facts["judged_at"], tuple(facts["files"]), tuple(facts["notes"]), expectations
    )
