"""docs/bi.md: each of its blocks runs as it stands, on the demo company."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.pipeline import REPOSITORY, Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

PAGE = (REPOSITORY / "docs" / "bi.md").read_text("utf-8")
#: Heading -> (language, code) of its blocks.
BLOCKS = [
    (section.splitlines()[0], language, code)
    for section in PAGE.split("\n## ")[1:]
    for language, code in re.findall(r"```(sh|python)\n(.*?)```", section, re.DOTALL)
]
#: What each answer must hold, by heading; the second block of a heading after the first.
ANSWERS = {
    "DuckDB command line": ["2026-03-31", "指标"],
    "Python": ["organic"],
    "SQLAlchemy": ["retention_d1 次日留存率 ratio"],
    "Parquet": ["xiaohongshu"],
    "MetricFlow": ["aurora"],
}


@pytest.fixture(scope="module")
def project(demo_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder as the page sees it after `make run`, without touching ours."""
    folder = tmp_path_factory.mktemp("bi")
    (folder / "data").mkdir()
    (folder / "data" / "demo").symlink_to(demo_run.data_dir)
    (folder / "dbt_project").mkdir()
    for entry in (REPOSITORY / "dbt_project").iterdir():
        if entry.name not in ("target", "logs"):
            (folder / "dbt_project" / entry.name).symlink_to(entry)
    return folder


def test_the_page_has_a_block_for_every_connection() -> None:
    found = [heading for heading, *_ in BLOCKS]
    assert {heading: found.count(heading) for heading in found} == {
        heading: len(answers) for heading, answers in ANSWERS.items()
    }


@pytest.mark.parametrize(
    "number", range(len(BLOCKS)), ids=[f"{block[0]} {n}" for n, block in enumerate(BLOCKS)]
)
def test_a_connection_of_the_page(number: int, project: Path) -> None:
    heading, language, code = BLOCKS[number]
    earlier = [block[0] for block in BLOCKS[:number]].count(heading)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OPS_", "DBT_", "DAGSTER_"))}
    command = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-W", "ignore", "-c", code]
    finished = subprocess.run(
        command,
        cwd=project,
        env={
            **inherited,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DBT_LOG_PATH": str(project / "logs"),
            "DO_NOT_TRACK": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, (finished.stdout + finished.stderr)[-3000:]
    assert ANSWERS[heading][earlier] in finished.stdout, finished.stdout[-3000:]
