"""A file streams: landing one many times larger needs no more memory. Measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

from tests.unit.ingestion.sources.app_events.event_lines import line
from tests.unit.ingestion.sources.company_folder import CompanyFolder

REPOSITORY = Path(__file__).resolve().parents[5]
#: Bytes of a step; lines of 50 kB, so that a large file has few.
GROUP, LINE = 8 << 20, 50_000


def put_lines(company: CompanyFolder, count: int) -> int:
    path = company.put("app_events/a.ndjson", "")
    filling = "x" * (LINE - 200)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            file.write(line(str(number), properties={"text": f"{number}{filling}"}) + "\n")
    return path.stat().st_size


def test_a_file_of_many_steps_needs_the_memory_of_a_few(tmp_path: Path) -> None:
    small, large = CompanyFolder(tmp_path / "small"), CompanyFolder(tmp_path / "large")
    put_lines(small, 4 * GROUP // LINE)
    size = put_lines(large, 50 * GROUP // LINE)
    child = "tests.unit.ingestion.sources.app_events.memory_child"
    answer = subprocess.run(
        [sys.executable, "-m", child, small.path, large.path, str(GROUP)],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (before, _), (after, rows) = (map(int, row.split()) for row in answer.stdout.splitlines())
    assert rows == 50 * GROUP // LINE
    assert size > 400e6
    assert after - before < size / 4
